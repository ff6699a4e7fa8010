// SPDX-License-Identifier: MIT
// The other half of two_units_a.cpp; the umbrella comes first here.
#include <implicitmf/sgns.hpp>

#include <implicitmf/fwd.hpp>

const void* alignment_in_unit_b();

const void* alignment_in_unit_b() { return &implicitmf::buffer_alignment; }
