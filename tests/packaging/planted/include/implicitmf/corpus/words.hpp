// SPDX-License-Identifier: MIT
#pragma once

#include <xsimd/xsimd.hpp>
#include "../core/upward.hpp"
