"""Places that images can be read from. Bytes and HTTP come in, core records go out; no Qt here.

Exceptions of the SDK, of HTTP, of the system and of decoders end here: each is translated into `core.errors`.
"""
