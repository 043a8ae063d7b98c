"""The provider simulator, driven by the real SDKs."""
