"""The command `lianfang …` (命令行): a module each, with `add_arguments(parser)` and `run(args) -> int`."""
