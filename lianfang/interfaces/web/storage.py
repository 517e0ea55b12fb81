"""Static files with their hash in the name, compressed once (静态文件): a device keeps them, and never an old one."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Hashed(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped package
    """WhiteNoise's storage, which also rewrites the imports of JavaScript modules to hashed names."""

    support_js_module_import_aggregation = True
    # Our own modules only: the imports that other packages' files name in their comments lead nowhere.
    _js_module_import_aggregation_patterns = (
        "lf/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )
    manifest_strict = False
