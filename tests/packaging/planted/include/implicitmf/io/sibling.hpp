// SPDX-License-Identifier: MIT
#pragma once

#include <implicitmf/evaluation/score.hpp>
