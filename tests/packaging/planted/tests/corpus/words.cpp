// SPDX-License-Identifier: MIT
#include <vector>
#include <implicitmf/corpus/words.hpp>
