#!/usr/bin/env python3
"""Compares screenshots with the thumbnails that are kept of them.

    page_thumbnails.py compare GOLDEN.png SCREENSHOT.png    exit status 1 when they differ
    page_thumbnails.py make SCREENSHOT.png THUMBNAIL.png

A thumbnail has the mean colour of each block of BLOCK times BLOCK pixels, so that another hinting of a letter or another date
is no difference. What is out of place, missing, or of another colour is one.
"""

import struct
import sys
import zlib

BLOCK = 4
# A pixel of a thumbnail differs when a channel does by more than this, out of 255.
TOLERANCE = 40
# So much of a thumbnail may differ: dates and versions.
MOST_DIFFERENT = 0.005
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunks(data):
    place = len(SIGNATURE)
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += length + 12


def paeth(left, above, corner):
    guess = left + above - corner
    distances = (abs(guess - left), abs(guess - above), abs(guess - corner))
    if distances[0] <= distances[1] and distances[0] <= distances[2]:
        return left
    return above if distances[1] <= distances[2] else corner


def unfilter(kind, row, above, size):
    """Takes the filter off a row in place; `size` is the number of bytes of a pixel."""
    for i in range(len(row)):
        left = row[i - size] if i >= size else 0
        if kind == 1:
            row[i] = (row[i] + left) & 255
        elif kind == 2:
            row[i] = (row[i] + above[i]) & 255
        elif kind == 3:
            row[i] = (row[i] + (left + above[i]) // 2) & 255
        elif kind == 4:
            row[i] = (row[i] + paeth(left, above[i], above[i - size] if i >= size else 0)) & 255


def read(path):
    """The rows of a PNG with 8 bits a channel, as lists of (red, green, blue)."""
    with open(path, "rb") as file:
        data = file.read()
    if not data.startswith(SIGNATURE):
        sys.exit("%s: not a PNG" % path)
    width = height = size = 0
    packed = b""
    for kind, content in chunks(data):
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", content)
            if depth != 8 or colour not in (2, 6) or interlaced:
                sys.exit("%s: not 8 bits of red, green and blue" % path)
            size = 3 if colour == 2 else 4
        elif kind == b"IDAT":
            packed += content
    raw = zlib.decompress(packed)
    stride = width * size
    rows = []
    above = bytearray(stride)
    for y in range(height):
        begin = y * (stride + 1)
        row = bytearray(raw[begin + 1 : begin + 1 + stride])
        unfilter(raw[begin], row, above, size)
        rows.append([tuple(row[x : x + 3]) for x in range(0, stride, size)])
        above = row
    return rows


def thumbnail(rows):
    small = []
    for y in range(0, len(rows) - BLOCK + 1, BLOCK):
        line = []
        for x in range(0, len(rows[y]) - BLOCK + 1, BLOCK):
            block = [rows[y + i][x + j] for i in range(BLOCK) for j in range(BLOCK)]
            line.append(tuple(sum(pixel[channel] for pixel in block) // len(block) for channel in range(3)))
        small.append(line)
    return small


def write(rows, path):
    raw = bytearray()
    for row in rows:
        raw.append(1)  # each byte is the difference from the pixel on the left
        left = (0, 0, 0)
        for pixel in row:
            raw.extend((pixel[channel] - left[channel]) & 255 for channel in range(3))
            left = pixel
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(SIGNATURE)
        for kind, content in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(raw), 9)), (b"IEND", b"")):
            file.write(struct.pack(">I", len(content)) + kind + content)
            file.write(struct.pack(">I", zlib.crc32(kind + content)))


def difference(golden, seen):
    """The share of pixels that differ; 1 when the sizes do."""
    if len(golden) != len(seen) or len(golden[0]) != len(seen[0]):
        return 1.0
    pairs = [pair for rows in zip(golden, seen) for pair in zip(*rows)]
    different = sum(any(abs(a - b) > TOLERANCE for a, b in zip(*pair)) for pair in pairs)
    return different / len(pairs)


def main(words):
    if len(words) == 3 and words[0] == "make":
        write(thumbnail(read(words[1])), words[2])
        return 0
    if len(words) == 3 and words[0] == "compare":
        share = difference(read(words[1]), thumbnail(read(words[2])))
        if share > MOST_DIFFERENT:
            print("%.1f%% of the page differs from %s" % (100 * share, words[1]))
        return int(share > MOST_DIFFERENT)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
