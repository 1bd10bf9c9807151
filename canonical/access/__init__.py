"""What servers read of the store for one request: plain SQL, no data library on the way."""
