"""Feeds that talk by themselves: sockets, websockets, brokers."""
