// SPDX-License-Identifier: MIT
#include <implicitmf/io/sibling.hpp>
