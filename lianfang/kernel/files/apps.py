"""Imports of files, every row accounted for (导入)."""

from django.apps import AppConfig


class Files(AppConfig):
    name = "lianfang.kernel.files"
    label = "files"
