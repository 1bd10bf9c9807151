"""The API's endpoints, one file a subject."""
