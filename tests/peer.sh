#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# peer.sh SCRIPT [ARGUMENT...]: runs a Python script that compares us with a program of others.
# The script exits with 77 if that program is not installed; with IMPLICITMF_REQUIRE_PEERS=1 that is
# a failure.
set -euo pipefail

# The system's Python, not one that comes first in PATH: the distribution's modules are there.
python=/usr/bin/python3
status=0
if [[ -x "$python" ]]; then
  "$python" "$@" || status=$?
else
  echo "SKIPPED: no $python" >&2
  status=77
fi
if [[ "$status" == 77 && "${IMPLICITMF_REQUIRE_PEERS:-0}" == 1 ]]; then
  echo "FAILED: skipped, but IMPLICITMF_REQUIRE_PEERS=1 asks for every peer" >&2
  status=1
fi
exit "$status"
