// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/sgns_limits.hpp>

#include <cstddef>

#include <doctest/doctest.h>

#include <implicitmf/counting/window.hpp>
#include <implicitmf/solvers/sgns_options.hpp>
#include <implicitmf/solvers/window_group.hpp>
#include <implicitmf/solvers/window_list.hpp>

namespace imf = implicitmf;
using imf::SGNSOptions;
using imf::detail::largest_sigma;
using imf::detail::meeting_limits;
using imf::detail::moved_by_negatives;

namespace {

constexpr imf::NegativeDraw all{.count = 5, .weight = 1.0F};

}  // namespace

TEST_CASE("the most frequent context moves by rate, negatives, its noise and the pairs") {
  const SGNSOptions options{.negatives = 4.0, .learning_rate = 0.5};
  CHECK(moved_by_negatives(options, 0.25, 18.0) == 0.5 * 4.0 * 0.25 * 18.0);
}

TEST_CASE("the higher the rate, the less may meet a row at once, and always one") {
  auto before = meeting_limits({.learning_rate = 1e-6}, 4, all, 0.01, false);
  CHECK(before.tokens == 48);
  CHECK(before.word_pairs == 1000);
  CHECK(before.groups == 64);
  CHECK(before.batch_pairs == 2000);
  for (double rate = 1e-3; rate < 200.0; rate *= 1.5) {
    const auto limits = meeting_limits({.learning_rate = rate}, 4, all, 0.01, false);
    CHECK(limits.windows == 4);
    for (const auto member : {&imf::MeetingLimits::tokens, &imf::MeetingLimits::word_pairs,
                              &imf::MeetingLimits::groups, &imf::MeetingLimits::batch_pairs}) {
      CHECK(limits.*member <= before.*member);
      CHECK(limits.*member >= 1);
    }
    before = limits;
  }
  CHECK(before.tokens == 1);
  CHECK(before.groups == 1);
}

TEST_CASE("the limits at the default rate") {
  const auto limits = meeting_limits({}, 2, all, 0.02, false);
  CHECK(limits.windows == 2);
  CHECK(limits.tokens == 48);
  CHECK(limits.word_pairs == 20);
  CHECK(limits.groups == 36);
  CHECK(limits.batch_pairs == 40);
  CHECK(meeting_limits({}, 2, all, 0.02, true).batch_pairs == 10);
}

TEST_CASE("a context that is often a negative, and pairs that repeat, shorten batches") {
  const SGNSOptions options{.learning_rate = 0.1};
  const auto even = meeting_limits(options, 1, all, 1e-4, false);
  const auto skewed = meeting_limits(options, 1, all, 0.1, false);
  CHECK(skewed.groups < even.groups);
  CHECK(skewed.batch_pairs == even.batch_pairs);
  const auto repeated = meeting_limits(options, 1, all, 1e-4, true);
  CHECK(repeated.batch_pairs < even.batch_pairs);
  CHECK(repeated.groups == even.groups);
}

TEST_CASE("a draw that weighs more meets fewer tokens at once") {
  const auto tokens = [](float weight) {
    return meeting_limits({.learning_rate = 0.1}, 2, {.count = 1, .weight = weight}, 0.01, false)
        .tokens;
  };
  CHECK(tokens(1.0F) == 20);
  CHECK(tokens(2.0F) == 10);
  CHECK(tokens(50.0F) == 1);
}

TEST_CASE("negatives of each pair's own make groups of one") {
  CHECK(meeting_limits({}, 0, all, 0.01, false).windows == 1);
  CHECK(meeting_limits({}, 1, all, 0.01, false).windows == 1);
}

TEST_CASE("a baseline is for shared negatives, and lower where rows move far") {
  const auto sigma = [](std::size_t dimension, std::size_t windows, double noise,
                        bool deterministic) {
    const SGNSOptions options{.dimension = dimension, .deterministic = deterministic};
    return largest_sigma(options, windows, noise,
                         meeting_limits(options, windows, all, noise, false));
  };
  CHECK(sigma(300, 0, 0.01, false) == 0.0F);
  CHECK(sigma(20, 1, 1e-4, false) == 1.0F);
  CHECK(sigma(300, 1, 1e-4, false) == 1.0F);
  CHECK(sigma(300, 1, 0.05, false) < 1.0F);
  CHECK(sigma(300, 1, 0.05, false) > 0.0F);
  CHECK(sigma(300, 2, 0.05, false) < sigma(300, 1, 0.05, false));
  CHECK(sigma(300, 1, 0.1, false) < sigma(300, 1, 0.05, false));
  CHECK(sigma(300, 1, 0.05, true) < sigma(300, 1, 0.05, false));
  // Six pairs a window; of wide windows a group has no more than 48.
  CHECK(static_cast<double>(sigma(300, 1, 0.05, false)) ==
        doctest::Approx(0.5 / (0.025 * 5.0 * 0.05 * 6.0 * 128.0)));
  SGNSOptions wide;
  wide.window = imf::UniformWindow{.radius = 50}.table();
  CHECK(static_cast<double>(
            largest_sigma(wide, 1, 0.05, meeting_limits(wide, 1, all, 0.05, false))) ==
        doctest::Approx(0.5 / (0.025 * 5.0 * 0.05 * 48.0 * 128.0)));
}
