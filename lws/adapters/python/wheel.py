"""Writes the package as a wheel: wheel.py FOLDER.

The wheel is pure Python. liblws.so is not in it: the package finds the one that is installed, or LWS_LIBRARY's.
"""

import base64
import hashlib
import pathlib
import re
import sys
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
EPOCH = (1980, 1, 1, 0, 0, 0)


def record_row(path: str, data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(data)}\n"


def main(folder: str) -> None:
    version = re.search(r'^version = "(.*)"', (HERE / "pyproject.toml").read_text(), re.M).group(1)
    info = f"lws-{version}.dist-info"
    files = {f"lws/{path.name}": path.read_bytes() for path in sorted((HERE / "lws").iterdir()) if path.is_file()}
    files[f"{info}/METADATA"] = (f"Metadata-Version: 2.1\nName: lws\nVersion: {version}\n"
                                 "Summary: LeaderWorkerSet's decisions, through liblws.so\n"
                                 "Requires-Python: >=3.9\n").encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: lws\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(record_row(path, data) for path, data in files.items()) + f"{info}/RECORD,,\n"
    files[f"{info}/RECORD"] = record.encode()
    wheel = pathlib.Path(folder) / f"lws-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(path, EPOCH), data)
    print(wheel.name)


if __name__ == "__main__":
    main(sys.argv[1])
