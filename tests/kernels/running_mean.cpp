// SPDX-License-Identifier: MIT
#include <implicitmf/kernels/running_mean.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include "support.hpp"

namespace {

using implicitmf::AlignedMatrix;
using implicitmf::DefaultArch;
using implicitmf::kernels::follow_sum;
using namespace kernel_tests;

constexpr std::size_t most_rows = 9;

std::vector<float*> pointers_to(AlignedMatrix& rows, std::size_t count) {
  std::vector<float*> pointers;
  for (std::size_t r = 0; r < count; ++r) pointers.push_back(rows.row_data(r));
  return pointers;
}

/// What becomes of a mean in column k.
float followed(float part, const AlignedMatrix& rows, const std::vector<float>& factors, float mean,
               std::size_t k) {
  float sum = 0.0F;
  for (std::size_t r = 0; r < factors.size(); ++r) sum = multiply_add(factors[r], rows(r, k), sum);
  return multiply_add(part, sum - mean, mean);
}

}  // namespace

TEST_CASE_TEMPLATE("a mean follows sums of rows, exact to its roundings, in its columns alone",
                   Arch, DefaultArch, PlainArch) {
  for (std::size_t columns = 0; columns <= 72; columns += 8)
    for (std::size_t count = 0; count <= most_rows; ++count) {
      CAPTURE(columns);
      CAPTURE(count);
      AlignedMatrix rows = noise_matrix(most_rows, columns, 10 * columns + count);
      AlignedMatrix mean = noise_matrix(1, columns, 7);
      const AlignedMatrix before = mean;
      const std::vector<float> factors = noise_vector(count, columns);
      const std::vector<float*> pointers = pointers_to(rows, count);
      follow_sum<Arch>(0.3F, pointers.data(), factors.data(), count, mean.row_data(0), columns);
      bool same = true;
      for (std::size_t k = 0; k < mean.cols(); ++k)
        same = same &&
               same_bits(mean(0, k), k < columns ? followed(0.3F, rows, factors, before(0, k), k)
                                                 : before(0, k));
      CHECK(same);
    }
}

TEST_CASE_TEMPLATE("a mean that follows wholly is the sum, and one that does not stays", Arch,
                   DefaultArch, PlainArch) {
  AlignedMatrix rows(2, 24);
  AlignedMatrix mean(1, 24);
  for (std::size_t k = 0; k < 24; ++k) {
    rows(0, k) = static_cast<float>(k);
    rows(1, k) = 1.0F;
    mean(0, k) = 5.0F;
  }
  const std::vector<float*> pointers = pointers_to(rows, 2);
  const std::vector<float> factors{2.0F, -1.0F};
  const auto all_are = [&](const auto& expected) {
    for (std::size_t k = 0; k < 24; ++k)
      if (mean(0, k) != expected(k)) return false;
    return true;
  };
  follow_sum<Arch>(0.0F, pointers.data(), factors.data(), 2, mean.row_data(0), 24);
  CHECK(all_are([](std::size_t) { return 5.0F; }));
  follow_sum<Arch>(1.0F, pointers.data(), factors.data(), 2, mean.row_data(0), 24);
  CHECK(all_are([](std::size_t k) { return 2.0F * static_cast<float>(k) - 1.0F; }));
  follow_sum<Arch>(0.5F, nullptr, nullptr, 0, mean.row_data(0), 24);
  CHECK(all_are([](std::size_t k) { return static_cast<float>(k) - 0.5F; }));
}

TEST_CASE_TEMPLATE("a mean takes NaN and infinity in their own columns, whatever the factor", Arch,
                   DefaultArch, PlainArch) {
  for (std::size_t k = 0; k < 24; ++k) {
    AlignedMatrix rows(1, 24);
    AlignedMatrix mean(1, 24);
    rows(0, k) = infinity;
    const std::vector<float*> pointers = pointers_to(rows, 1);
    const float factor = 0.0F;
    follow_sum<Arch>(0.5F, pointers.data(), &factor, 1, mean.row_data(0), 24);
    for (std::size_t at = 0; at < 24; ++at) REQUIRE(std::isnan(mean(0, at)) == (at == k));
  }
}
