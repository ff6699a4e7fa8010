// SPDX-License-Identifier: MIT
#include <implicitmf/core/progress.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace imf = implicitmf;
using imf::Progress;
using imf::ProgressAction;

TEST_CASE("no callback, no report") {
  CHECK_NOTHROW(imf::report_or_throw({}, {"reading", "bytes", 1, 2, 0.0}));
}

TEST_CASE("a callback is told what was reported") {
  std::vector<Progress> told;
  const imf::ProgressCallback callback = [&](const Progress& progress) {
    told.push_back(progress);
    return ProgressAction::proceed;
  };
  imf::report_or_throw(callback, {"reading", "bytes", 1, 2, 0.5});
  REQUIRE(told.size() == 1);
  CHECK(told[0].stage == "reading");
  CHECK(told[0].unit == "bytes");
  CHECK(told[0].done == 1);
  CHECK(told[0].total == 2);
  CHECK(told[0].residual == 0.5);
}

TEST_CASE("the answer stop ends the work, as an error of ours that names the stage") {
  const imf::ProgressCallback callback = [](const Progress&) { return ProgressAction::stop; };
  const Progress progress{"counting", "tokens", 1, 2, 0.0};
  CHECK_THROWS_AS(imf::report_or_throw(callback, progress), imf::Stopped);
  CHECK_THROWS_WITH_AS(imf::report_or_throw(callback, progress), "counting: stopped on request",
                       imf::Error);
}
