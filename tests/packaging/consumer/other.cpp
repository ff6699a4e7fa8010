// SPDX-License-Identifier: MIT
#include <implicitmf/sgns.hpp>

std::size_t padded_in_other(std::size_t cols);

std::size_t padded_in_other(std::size_t cols) { return implicitmf::AlignedMatrix::padded(cols); }
