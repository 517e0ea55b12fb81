"""Measurements (性能测量): each figure beside a baseline of the same run; a bench is one module with a `run`."""
