"""The command line, a file per noun, each imported only when it is asked for."""
