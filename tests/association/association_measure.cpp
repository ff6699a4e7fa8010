// SPDX-License-Identifier: MIT
#include <implicitmf/association/association_measure.hpp>

#include <cmath>

#include <doctest/doctest.h>

#include "archetypes.hpp"

namespace imf = implicitmf;
using imf::CellLogs;

TEST_CASE("positive PMI cuts what is below the shift") {
  const imf::PositivePMI measure;
  CHECK(measure(CellLogs{.pmi = 2.5}) == 2.5);
  CHECK(measure(CellLogs{.pmi = 2.5, .log_shift = 1.0}) == 1.5);
  CHECK(measure(CellLogs{.pmi = 2.5, .log_shift = -1.0}) == 3.5);
  CHECK(measure(CellLogs{.pmi = 2.5, .log_shift = 2.5}) == 0.0);
  CHECK(measure(CellLogs{.pmi = 2.5, .log_shift = 3.0}) == 0.0);
  CHECK(measure(CellLogs{.pmi = -1.0}) == 0.0);
  CHECK(measure(CellLogs{.pmi = -1.0, .log_shift = -1.5}) == 0.5);
}

TEST_CASE("observed PMI keeps what is below the shift") {
  const imf::ObservedPMI measure;
  CHECK(measure(CellLogs{.pmi = 2.5, .log_shift = 1.0}) == 1.5);
  CHECK(measure(CellLogs{.pmi = 2.5, .log_shift = 3.0}) == -0.5);
  CHECK(measure(CellLogs{.pmi = -1.0}) == -1.0);
}

TEST_CASE("normalized PMI is 1 for words that only come together, 0 for independent ones") {
  const imf::NormalizedPMI measure;
  // #(w,c) = #(w) = #(c) = 5 of 100 pairs.
  CHECK(measure(CellLogs{.pmi = std::log(20.0), .log_joint = std::log(0.05)}) ==
        doctest::Approx(1.0));
  CHECK(measure(CellLogs{.pmi = 0.0, .log_joint = std::log(0.05)}) == 0.0);
  CHECK(measure(CellLogs{.pmi = std::log(0.5), .log_joint = std::log(0.25)}) ==
        doctest::Approx(-0.5));
  CHECK(measure(CellLogs{.pmi = 0.0, .log_joint = 0.0}) == 1.0);  // the only pair there is
  static_assert(imf::NormalizedPMI::needs_plain_pmi);
}

TEST_CASE("the log-conditional is log P(c|w) less the shift") {
  const imf::LogConditional measure;
  // P(c|w) = 1/4 and q(c) = 1/10.
  const CellLogs cell{.pmi = std::log(2.5), .log_noise = std::log(0.1), .log_shift = std::log(5.0)};
  CHECK(measure(cell) == doctest::Approx(std::log(0.25) - std::log(5.0)));
}

TEST_CASE("what an association measure is") {
  static_assert(imf::AssociationMeasure<archetypes::ConstantMeasure>);
  static_assert(imf::AssociationMeasure<double (*)(const CellLogs&)>);

  struct SinglePrecision {
    float operator()(const CellLogs&) const;
  };
  struct Changing {
    double operator()(const CellLogs&);
  };
  struct OfNumbers {
    double operator()(double) const;
  };
  static_assert(!imf::AssociationMeasure<SinglePrecision>);
  static_assert(!imf::AssociationMeasure<Changing>);
  static_assert(!imf::AssociationMeasure<OfNumbers>);
}
