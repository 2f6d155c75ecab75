"""ONVIF: SOAP over HTTP, WS-UsernameToken with the device's own clock, reads only."""
