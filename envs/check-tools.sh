#!/bin/sh
# Report what `make` needs and does not find: make, g++, Python 3.11-3.13 with headers and venv.
python=${PYTHON:-python3}
missing=""

if ! command -v make >/dev/null; then
    missing="$missing make"
fi
if ! command -v g++ >/dev/null; then
    missing="$missing g++"
fi
if ! command -v "$python" >/dev/null; then
    missing="$missing python"
elif ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; then
    missing="$missing python"
elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    missing="$missing venv"
elif ! "$python" -c 'import os, sysconfig as s, sys
sys.exit(not os.path.exists(os.path.join(s.get_path("include"), "Python.h")))'; then
    missing="$missing headers"
fi

[ -z "$missing" ] && exit 0

cat >&2 <<END
Missing:$missing
This needs make, g++ (it builds GPAW) and Python 3.11, 3.12 or 3.13 with its headers and venv:
  Debian   sudo apt-get install make g++ python3 python3-dev python3-venv
  Fedora   sudo dnf install make gcc-c++ python3.13 python3.13-devel
  conda    conda install -c conda-forge make gxx python=3.11
Another Python: make PYTHON=python3.12 ...
END
exit 1
