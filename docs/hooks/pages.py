"""MkDocs hook: pages made of what the project holds anyway, and a site that loads nothing from elsewhere."""

import re
import sys
from pathlib import Path

from commands_page import commands_page
from copied_pages import copied_pages
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from reference_pages import reference_pages
from settings_page import settings_page

ROOT = Path(__file__).parents[2]
_LOADED = re.compile(r"<(?:script|img|iframe|link)\b[^>]*(?:src|href)=\"?(?:https?:)?//[^>]*>")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add a page of the API reference for each room of the package to the navigation."""
    for entry in config.nav or []:
        if isinstance(entry, dict) and "API reference" in entry:
            entry["API reference"] = [{name: path} for path, (name, _) in reference_pages(ROOT).items()]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    made = copied_pages(ROOT) | {path: content for path, (_, content) in reference_pages(ROOT).items()}
    made |= {"settings.md": settings_page(ROOT), "commands.md": commands_page(ROOT, sys.executable)}
    for path, content in made.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Check that a page works without a network.

    Raises:
        PluginError: if it loads something from elsewhere.
    """
    if found := _LOADED.search(output):
        raise PluginError(f"{page.file.src_path} should load nothing from elsewhere. Received: {found[0]}")
    return output
