// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/sgns_options.hpp>

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "support/messages.hpp"

namespace imf = implicitmf;
using imf::SGNSOptions;
using support::holds;
using support::message_of;

TEST_CASE("options out of their range are named") {
  const auto refusal = [](SGNSOptions options) {
    return message_of<imf::ConfigError>([&] { options.validate(); });
  };
  CHECK_NOTHROW(SGNSOptions{}.validate());
  CHECK(holds(refusal({.dimension = 0}), "dimension: must be 1 to 65536"));
  CHECK(holds(refusal({.dimension = 65537}), "dimension"));
  CHECK(holds(refusal({.negatives = 0.0}), "negatives: must be above 0"));
  CHECK(holds(refusal({.negatives = -1.0}), "negatives"));
  CHECK(holds(refusal({.negatives = std::nan("")}), "negatives"));
  CHECK(holds(refusal({.epochs = 0}), "epochs: must be 1 to 1000000, not 0"));
  CHECK(holds(refusal({.epochs = 1'000'001}), "epochs"));
  CHECK(holds(refusal({.learning_rate = 0.0}), "learning_rate: must be above 0"));
  CHECK(
      holds(refusal({.learning_rate = std::numeric_limits<double>::infinity()}), "learning_rate"));
  CHECK(holds(refusal({.subsample = 2.0}), "subsample"));
}
