"""Stand-in of an Ollama server with one qwen3-coder model."""
