// SPDX-License-Identifier: MIT
#pragma once

#include <implicitmf/core/upward.hpp>
