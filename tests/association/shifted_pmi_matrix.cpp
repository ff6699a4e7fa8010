// SPDX-License-Identifier: MIT
#include <implicitmf/association/shifted_pmi_matrix.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/csr.hpp>
#include <implicitmf/solvers/linear_operator.hpp>

#include "archetypes.hpp"
#include "association/support.hpp"
#include "support/messages.hpp"

namespace imf = implicitmf;
using namespace association_tests;
using imf::EmpiricalContexts;
using imf::LogConditional;
using imf::NormalizedPMI;
using imf::ObservedPMI;
using imf::PositivePMI;
using imf::ShiftedPMIMatrix;
using imf::ShiftedPMIOptions;
using imf::SmoothedContexts;
using support::holds;
using support::message_of;

namespace {

enum class Kind { positive, observed, normalized, conditional };

/// The value of cell (w, c) by the formulas, in long double and from the table alone.
long double reference(const Table& table, std::size_t w, std::size_t c, long double unit,
                      long double alpha, long double k, Kind kind) {
  if (table[w][c] == 0) return 0.0L;
  const auto column_sum = [&](std::size_t column) {
    long double sum = 0.0L;
    for (const auto& row : table) sum += static_cast<long double>(row[column]) / unit;
    return sum;
  };
  long double mass = 0.0L;
  long double total = 0.0L;
  for (std::size_t i = 0; i < table[w].size(); ++i) {
    total += column_sum(i);
    if (column_sum(i) > 0) mass += std::pow(column_sum(i), alpha);
  }
  long double of_word = 0.0L;
  for (const imf::Count n : table[w]) of_word += static_cast<long double>(n) / unit;
  const long double joint = static_cast<long double>(table[w][c]) / unit;
  const long double pmi = std::log(joint / (of_word * (std::pow(column_sum(c), alpha) / mass)));
  switch (kind) {
    case Kind::positive:
      return std::max(pmi - std::log(k), 0.0L);
    case Kind::observed:
      return pmi - std::log(k);
    case Kind::normalized:
      return -pmi / std::log(joint / total);
    case Kind::conditional:
      return std::log(joint / of_word) - std::log(k);
  }
  return 0.0L;
}

/// Whether a matrix holds the reference's values, rounded to float, in its cells above rounding
/// error, and nothing else.
bool agrees(const imf::Csr<float>& matrix, const Table& table, imf::Count unit, double alpha,
            double k, Kind kind) {
  if (matrix.rows() != table.size() || matrix.cols != table.front().size()) return false;
  for (std::size_t w = 0; w < matrix.rows(); ++w)
    for (std::size_t c = 0; c < matrix.cols; ++c) {
      const long double expected =
          reference(table, w, c, static_cast<long double>(unit), static_cast<long double>(alpha),
                    static_cast<long double>(k), kind);
      const auto value = static_cast<long double>(matrix.at(w, static_cast<imf::WordId>(c)));
      if (!(std::abs(value - expected) <= 0x1.01p-24L * std::abs(expected) + 1e-13L)) return false;
    }
  for (const float value : matrix.values)
    if (value == 0.0F) return false;
  return true;
}

template <class Contexts = EmpiricalContexts, class Measure = PositivePMI>
imf::Csr<float> associate(const Table& table, const Contexts& contexts = {}, double k = 1.0,
                          const Measure& measure = {}) {
  return ShiftedPMIMatrix(counts_of(table), contexts, {.negatives = k, .threads = 1}, measure)
      .matrix();
}

}  // namespace

TEST_CASE("PMI by hand") {
  // 8 pairs; #(w) = 4, 4 and #(c) = 2, 6.
  const Table table{{2, 2}, {0, 4}};
  const auto observed = associate(table, EmpiricalContexts{}, 1.0, ObservedPMI{});
  CHECK(observed.at(0, 0) == doctest::Approx(std::log(2.0)));        // log(2 · 8 / (4 · 2))
  CHECK(observed.at(0, 1) == doctest::Approx(std::log(2.0 / 3.0)));  // log(2 · 8 / (4 · 6))
  CHECK(observed.at(1, 1) == doctest::Approx(std::log(4.0 / 3.0)));  // log(4 · 8 / (4 · 6))
  CHECK(observed.nonzeros() == 3);

  const auto positive = associate(table);
  CHECK(positive.at(0, 0) == observed.at(0, 0));
  CHECK(positive.at(1, 1) == observed.at(1, 1));
  CHECK(positive.nonzeros() == 2);

  // q = √2 / (√2 + √6), √6 / (√2 + √6).
  const auto smoothed = associate(table, SmoothedContexts{.alpha = 0.5}, 1.0, ObservedPMI{});
  CHECK(smoothed.at(0, 0) == doctest::Approx(std::log(0.5 * (1.0 + std::sqrt(3.0)))));
}

TEST_CASE("every measure, smoothing and shift agrees with the formulas") {
  for (const imf::Count unit : {1U, 60U}) {
    const Table table = random_table(30, 23, unit);
    const imf::CooccurrenceCounts counts = counts_of(table, unit);
    for (const double alpha : {1.0, 0.75, 0.3})
      for (const double k : {1.0, 5.0, 0.5}) {
        CAPTURE(unit);
        CAPTURE(alpha);
        CAPTURE(k);
        const SmoothedContexts contexts{alpha};
        const ShiftedPMIOptions options{.negatives = k, .threads = 1};
        const auto matrix = [&](auto measure) {
          return ShiftedPMIMatrix(counts, contexts, options, measure).matrix();
        };
        CHECK(agrees(matrix(PositivePMI{}), table, unit, alpha, k, Kind::positive));
        CHECK(agrees(matrix(ObservedPMI{}), table, unit, alpha, k, Kind::observed));
        CHECK(agrees(matrix(LogConditional{}), table, unit, alpha, k, Kind::conditional));
        if (alpha == 1.0 && k == 1.0)
          CHECK(agrees(matrix(NormalizedPMI{}), table, unit, alpha, k, Kind::normalized));
      }
    CHECK(ShiftedPMIMatrix(counts).matrix() ==
          ShiftedPMIMatrix(counts, SmoothedContexts{.alpha = 0.75}, {.negatives = 1.0}).matrix());
  }
}

TEST_CASE("counts from 1 to millions have their logarithms") {
  // Counts in the region of 4096, below which logarithms come from a table.
  const Table table{{1, 2, 4094, 4095, 4096, 4097}, {1'000'000, 4095, 1, 4096, 3, 1'000'000'000}};
  CHECK(agrees(associate(table, EmpiricalContexts{}, 1.0, ObservedPMI{}), table, 1, 1.0, 1.0,
               Kind::observed));
}

TEST_CASE("shifted positive PMI is max(PMI - log k, 0), and falls as k rises") {
  const Table table = random_table(40, 40, 5);
  const auto pmi = associate(table, SmoothedContexts{}, 1.0, ObservedPMI{});
  imf::Csr<float> before = associate(table, SmoothedContexts{}, 0.25);
  for (const double k : {0.5, 1.0, 2.0, 5.0, 15.0}) {
    CAPTURE(k);
    const auto sppmi = associate(table, SmoothedContexts{}, k);
    bool is_shifted = true;
    bool has_fallen = true;
    for (std::size_t w = 0; w < 40; ++w)
      for (imf::WordId c = 0; c < 40; ++c) {
        const float value = sppmi.at(w, c);
        const double shifted = static_cast<double>(pmi.at(w, c)) - std::log(k);
        const double expected = table[w][c] == 0 ? 0.0 : std::max(shifted, 0.0);
        is_shifted = is_shifted && std::abs(static_cast<double>(value) - expected) < 2e-6;
        has_fallen = has_fallen && (value < before.at(w, c) || value == 0.0F);
      }
    CHECK(is_shifted);
    CHECK(has_fallen);
    CHECK(sppmi.nonzeros() < before.nonzeros());
    before = sppmi;
  }
}

TEST_CASE("a shift beyond every PMI leaves nothing") {
  const auto matrix = associate(random_table(20, 20, 6), EmpiricalContexts{}, 1e12);
  CHECK(matrix.nonzeros() == 0);
  CHECK(matrix.rows() == 20);
  CHECK(matrix.cols == 20);
}

TEST_CASE("independent words and contexts have PMI 0") {
  Table table(6, std::vector<imf::Count>(9));
  for (std::size_t w = 0; w < 6; ++w)
    for (std::size_t c = 0; c < 9; ++c) table[w][c] = (w + 1) * (2 * c + 3);
  for (const float value : associate(table, EmpiricalContexts{}, 1.0, ObservedPMI{}).values)
    CHECK(std::abs(value) < 1e-14F);
  for (const float value : associate(table, EmpiricalContexts{}, 5.0, ObservedPMI{}).values)
    CHECK(value == doctest::Approx(-std::log(5.0)));
}

TEST_CASE("normalized PMI lies in [-1, 1]") {
  bool negative = false;
  for (const imf::Count seed : {1U, 2U, 3U})
    for (const float value :
         associate(random_table(30, 30, seed), EmpiricalContexts{}, 1.0, NormalizedPMI{}).values) {
      CHECK(value >= -1.0F);
      CHECK(value <= 1.0F);
      negative = negative || value < 0.0F;
    }
  CHECK(negative);
  // Words that only come together.
  for (const float value :
       associate({{7, 0, 0}, {0, 3, 0}, {0, 0, 11}}, EmpiricalContexts{}, 1.0, NormalizedPMI{})
           .values)
    CHECK(value == 1.0F);
  CHECK(associate({{4}}, EmpiricalContexts{}, 1.0, NormalizedPMI{}).at(0, 0) == 1.0F);
}

TEST_CASE("normalized PMI is refused with a shift or smoothing") {
  const auto refusal = [](const auto& contexts, double k) {
    return message_of<imf::ConfigError>([&] {
      associate({{1, 2}, {3, 4}}, contexts, k, NormalizedPMI{});
    });
  };
  const std::string rule = "measure: normalized PMI needs negatives = 1";
  CHECK(holds(refusal(EmpiricalContexts{}, 2.0), rule));
  CHECK(holds(refusal(SmoothedContexts{.alpha = 0.75}, 1.0), rule));
  CHECK(holds(refusal(archetypes::EvenContexts(1.0), 1.0), rule));
  CHECK_NOTHROW(associate({{1, 2}, {3, 4}}, SmoothedContexts{.alpha = 1.0}, 1.0, NormalizedPMI{}));
}

TEST_CASE("symmetric counts give a symmetric matrix, bit for bit, where q is not smoothed") {
  const imf::CooccurrenceCounts counts = counts_of(symmetric_table(60, 7));
  const ShiftedPMIOptions options{.negatives = 0.5};
  CHECK(ShiftedPMIMatrix(counts, EmpiricalContexts{}, options).is_symmetric());
  CHECK(ShiftedPMIMatrix(counts, EmpiricalContexts{}, options, ObservedPMI{}).is_symmetric());
  CHECK(ShiftedPMIMatrix(counts, SmoothedContexts{.alpha = 1.0}, options).is_symmetric());
  CHECK(!ShiftedPMIMatrix(counts, SmoothedContexts{.alpha = 0.75}, options).is_symmetric());
  CHECK(!ShiftedPMIMatrix(counts, EmpiricalContexts{}, options, LogConditional{}).is_symmetric());
  const imf::CooccurrenceCounts others = counts_of(random_table(60, 60, 7));
  CHECK(!ShiftedPMIMatrix(others, EmpiricalContexts{}, options).is_symmetric());
}

TEST_CASE("the matrix is a linear operator with the vocabularies of the counts") {
  static_assert(imf::LinearOperator<ShiftedPMIMatrix<>>);
  const imf::CooccurrenceCounts counts = counts_of(random_table(30, 20, 8));
  const ShiftedPMIMatrix matrix(counts);
  CHECK(matrix.rows() == 30);
  CHECK(matrix.cols() == 20);
  CHECK(matrix.shared_words() == counts.shared_words());
  CHECK(matrix.shared_contexts() == counts.shared_contexts());
  CHECK(matrix.memory_bytes() == 8 * (2 * matrix.matrix().nonzeros() + 31 + 21));

  imf::ThreadTeam team(2);
  const imf::SparseOperator as_sparse(matrix.matrix());
  const imf::AlignedMatrix x = random_panel(20, 16, 9);
  imf::AlignedMatrix y(30, 16);
  imf::AlignedMatrix expected(30, 16);
  matrix.apply(x, y, team);
  as_sparse.apply(x, expected, team);
  CHECK(y == expected);
  const imf::AlignedMatrix z = random_panel(30, 16, 10);
  imf::AlignedMatrix t(20, 16);
  imf::AlignedMatrix expected_t(20, 16);
  matrix.apply_transpose(z, t, team);
  as_sparse.apply_transpose(z, expected_t, team);
  CHECK(t == expected_t);
}

TEST_CASE("contexts and measures of one's own") {
  const Table table{{2, 2}, {0, 4}};
  // q(c) = 1/2, whatever the weight is that all have.
  const auto even = associate(table, archetypes::EvenContexts(3.0), 1.0, ObservedPMI{});
  CHECK(even.at(0, 0) == doctest::Approx(0.0));  // log(2 / (4 / 2))
  CHECK(even.at(1, 1) == doctest::Approx(std::log(2.0)));

  const auto constant =
      associate(table, EmpiricalContexts{}, 1.0, archetypes::ConstantMeasure(2.5));
  CHECK(constant.values == imf::Buffer<float>{2.5F, 2.5F, 2.5F});
  CHECK(associate(table, EmpiricalContexts{}, 1.0, archetypes::ConstantMeasure(0.0)).nonzeros() ==
        0);
}

TEST_CASE("a context without counts has no mass, whatever the distribution says") {
  const Table table{{2, 2}, {0, 4}};
  const Table wider{{2, 0, 2, 0}, {0, 0, 4, 0}};
  const archetypes::EvenContexts even(3.0);
  CHECK(associate(wider, even, 1.0, ObservedPMI{}).values ==
        associate(table, even, 1.0, ObservedPMI{}).values);
}

TEST_CASE("counts without a pair are refused") {
  CHECK(holds(message_of<imf::InputError>([] {
                associate({{0, 0}, {0, 0}});
              }),
              "no pairs to associate"));
  CHECK_THROWS_AS(associate(Table{}), imf::InputError);
}

TEST_CASE("options out of their range are refused by name, before all else") {
  for (const double k : {0.0, -0.0, -5.0, std::numeric_limits<double>::quiet_NaN(),
                         std::numeric_limits<double>::infinity()})
    CHECK(holds(message_of<imf::ConfigError>([&] { associate(Table{}, EmpiricalContexts{}, k); }),
                "negatives: must be above 0 and finite, not " + std::to_string(k)));
  for (const double alpha : {0.0, -1.0, 1.5, std::numeric_limits<double>::quiet_NaN()})
    CHECK(holds(message_of<imf::ConfigError>([&] { associate(Table{}, SmoothedContexts{alpha}); }),
                "alpha: "));
}

TEST_CASE("the matrix is the same bits for any number of threads") {
  const imf::CooccurrenceCounts counts = counts_of(random_table(500, 200, 11));
  const auto matrix = [&](std::size_t threads) {
    return ShiftedPMIMatrix(counts, SmoothedContexts{}, {.threads = threads}).matrix();
  };
  const imf::Csr<float> expected = matrix(1);
  for (const std::size_t threads : {2U, 3U, 7U}) CHECK(matrix(threads) == expected);
}
