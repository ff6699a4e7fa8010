// SPDX-License-Identifier: MIT
// Two translation units that include everything must link: each definition in a header is inline or
// a template. The address of an inline variable is the same in both.
#include <implicitmf/fwd.hpp>
#include <implicitmf/sgns.hpp>

const void* alignment_in_unit_b();

int main() {
  const void* const here = &implicitmf::buffer_alignment;
  return here == alignment_in_unit_b() ? 0 : 1;
}
