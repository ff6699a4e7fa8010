// SPDX-License-Identifier: MIT
// doctest's main function, compiled once for all tests.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
