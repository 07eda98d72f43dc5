#!/usr/bin/env python3
"""Draws every icon of the app from its SVG source: `python3 icons/generate.py`.

Needs rsvg-convert (Debian: librsvg2-bin, macOS: librsvg). Run it after a change to an SVG and commit the result.
"""

import struct
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
TRAY_TILES = {
    "idle": "#0b7268",
    "working": "#0b7268",
    "paused": "#5d6967",
    "needs-you": "#b23a10",
    "offline": "#5d6967",
}
TRAY_SIZE = 48


def png(svg: str, size: int) -> bytes:
    command = ["rsvg-convert", "--width", str(size), "--height", str(size), "--format", "png"]
    return subprocess.run(command, input=svg.encode(), capture_output=True, check=True).stdout


def tile(glyph: str, colour: str) -> str:
    """The glyph in white on a tile: readable on light and dark panels. Its colour only repeats what the shape says."""
    inner = glyph[glyph.index("</title>") + len("</title>") : glyph.rindex("</svg>")]
    # In a mask black means "cut out" and stays; only what is painted turns white.
    mask_end = inner.find("</mask>") + 1
    inner = inner[:mask_end] + inner[mask_end:].replace("#000", "#fff")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3.6" '
        f'fill="{colour}"/><g transform="translate(1.6 1.6) scale(.8)">{inner}</g></svg>'
    )


def ico(svg: str) -> bytes:
    """Windows icon: a directory of PNG images. https://learn.microsoft.com/previous-versions/ms997538(v=msdn.10)"""
    sizes = (16, 24, 32, 48, 64, 256)
    images = [png(svg, size) for size in sizes]
    directory, offset = struct.pack("<HHH", 0, 1, len(sizes)), 6 + 16 * len(sizes)
    for size, image in zip(sizes, images):
        directory += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(image), offset)
        offset += len(image)
    return directory + b"".join(images)


def icns(svg: str) -> bytes:
    """macOS icon: tagged PNG images, both at one and at two pixels per point."""
    tags = {b"ic11": 32, b"ic12": 64, b"ic07": 128, b"ic13": 256, b"ic08": 256, b"ic14": 512, b"ic09": 512}
    blocks = b""
    for tag, size in tags.items():
        image = png(svg, size)
        blocks += tag + struct.pack(">I", len(image) + 8) + image
    return b"icns" + struct.pack(">I", len(blocks) + 8) + blocks


def main() -> None:
    app = (HERE / "app.svg").read_text()
    for name, size in {"32x32": 32, "128x128": 128, "128x128@2x": 256, "icon": 512}.items():
        (HERE / f"{name}.png").write_bytes(png(app, size))
    (HERE / "icon.ico").write_bytes(ico(app))
    (HERE / "icon.icns").write_bytes(icns(app))
    for state, colour in TRAY_TILES.items():
        glyph = (HERE / "tray" / f"{state}.svg").read_text()
        (HERE / "tray" / f"{state}-template.png").write_bytes(png(glyph, TRAY_SIZE))
        (HERE / "tray" / f"{state}.png").write_bytes(png(tile(glyph, colour), TRAY_SIZE))


if __name__ == "__main__":
    main()
