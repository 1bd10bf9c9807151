"""What mocks of SOAP services share: messages, WS-Security, and a service over operations."""
