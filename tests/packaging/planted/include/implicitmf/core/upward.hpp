// SPDX-License-Identifier: MIT
#pragma once

#include <implicitmf/corpus/words.hpp>
#include <implicitmf/sgns.hpp>
#include <implicitmf/core/absent.hpp>
#include <Eigen/Core>
