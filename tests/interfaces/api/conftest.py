"""The API is tried in the small world of the catalogue of bad inputs."""

from tests.everything.conftest import whole_world, world

__all__ = ["whole_world", "world"]
