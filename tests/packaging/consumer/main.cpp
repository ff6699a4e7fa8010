// SPDX-License-Identifier: MIT
// Someone else's program: it includes everything, and needs Eigen, xsimd and threads through us.
#include <cstdio>
#include <thread>

#include <Eigen/Core>
#include <implicitmf/sgns.hpp>

namespace imf = implicitmf;

std::size_t padded_in_other(std::size_t cols);

int main() {
  const imf::AlignedMatrix matrix(3, 5);
  Eigen::Vector2f sums = Eigen::Vector2f::Zero();
  std::thread([&] { sums[0] = matrix(2, 4) + 1.0F; }).join();
  std::printf("implicitmf %s\n", IMPLICITMF_VERSION_STRING);
  return sums.sum() == 1.0F && matrix.stride() == padded_in_other(5) ? 0 : 1;
}
