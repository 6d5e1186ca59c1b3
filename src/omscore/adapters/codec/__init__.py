"""JSON text from states, events and commands, and back."""

from omscore.adapters.codec.codec import Codec, Upcast

__all__ = ["Codec", "Upcast"]
