"""MQTT 3.1.1 and 5.0: CONNECT, a ping, DISCONNECT. Nothing is subscribed to or published."""
