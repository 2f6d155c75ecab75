"""A stand-in for a library that wine 8 lacks and cryptography's wheel wants. For tests only: it belongs into no package.

`bcryptprimitives.dll` exports `ProcessPrng`; here that is a forwarder to `SystemFunction036` of advapi32, which takes the
same arguments and fills a buffer with random bytes as well. A library without a single instruction needs no compiler.
"""

import struct

NAME = "bcryptprimitives.dll"
_TARGET = b"ADVAPI32.SystemFunction036\0"
_FILE_ALIGNMENT, _PAGE = 0x200, 0x1000


def exports(base):
    """An export directory with one name, laid out for the address `base`."""
    functions = base + 40
    names, ordinals, strings = functions + 4, functions + 8, functions + 10
    library, entry = NAME.encode() + b"\0", b"ProcessPrng\0"
    places = [strings, strings + len(library), strings + len(library) + len(entry)]
    directory = struct.pack("<IIHHIIIIIII", 0, 0, 0, 0, places[0], 1, 1, 1, functions, names, ordinals)
    return directory + struct.pack("<IIH", places[2], places[1], 0) + library + entry + _TARGET


def shim():
    """The bytes of the library (PE32+, x86-64)."""
    data = exports(_PAGE)
    directories = [(_PAGE, len(data))] + [(0, 0)] * 15
    optional = struct.pack(
        "<HBBIIIIIQIIHHHHHHIIIIHHQQQQII",
        0x20B, 14, 0, 0, _FILE_ALIGNMENT, 0, 0, _PAGE, 0x180000000, _PAGE, _FILE_ALIGNMENT, 6, 0, 0, 0, 6, 0, 0,
        2 * _PAGE, _FILE_ALIGNMENT, 0, 2, 0x160, 0x100000, 0x1000, 0x100000, 0x1000, 0, len(directories),
    )  # fmt: skip
    optional += b"".join(struct.pack("<II", *one) for one in directories)
    header = struct.pack("<4sHHIIIHH", b"PE\0\0", 0x8664, 1, 0, 0, 0, len(optional), 0x2022)
    section = struct.pack(
        "<8sIIIIIIHHI", b".rdata", len(data), _PAGE, _FILE_ALIGNMENT, _FILE_ALIGNMENT, 0, 0, 0, 0, 0x40000040
    )
    dos = b"MZ" + b"\0" * 58 + struct.pack("<I", 64)
    return (dos + header + optional + section).ljust(_FILE_ALIGNMENT, b"\0") + data.ljust(_FILE_ALIGNMENT, b"\0")
