// SPDX-License-Identifier: MIT
/// \file
/// The version of implicitmf, stated once: the build system and the packages read it from here.
#pragma once

#define IMPLICITMF_VERSION_MAJOR 0
#define IMPLICITMF_VERSION_MINOR 1
#define IMPLICITMF_VERSION_PATCH 0
#define IMPLICITMF_VERSION_STRING "0.1.0"
