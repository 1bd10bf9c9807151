"""A reference front end: a back end for the browser, which holds no token."""
