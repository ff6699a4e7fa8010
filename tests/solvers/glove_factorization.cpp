// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/glove_factorization.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "support/messages.hpp"
#include "support/random_counts.hpp"

namespace imf = implicitmf;
using imf::GloVeFactorization;
using imf::GloVeObjective;
using imf::GloVeOptions;
using imf::GloVeResult;
using support::holds;
using support::message_of;

namespace {

GloVeResult trained(const imf::CooccurrenceCounts& counts, const GloVeOptions& options) {
  return GloVeFactorization<>(options).factorize(GloVeObjective<>{counts, {.saturation = 10.0}});
}

/// The objective at w·c + b_w + b_c.
double value_of(const imf::CooccurrenceCounts& counts, const GloVeResult& model) {
  const imf::Factors all = model.with_biases();
  return GloVeObjective<>{counts, {.saturation = 10.0}}.value(all.words, all.contexts, 1);
}

}  // namespace

TEST_CASE("with enough dimensions it fits the logarithm of every count") {
  const auto counts = support::random_counts(12, 9, 300, 1);
  const auto model = trained(counts, {.dimension = 12, .epochs = 2000, .stripes = 3, .threads = 2});
  CHECK(model.reason == imf::StopReason::epochs_done);
  REQUIRE(model.words().rows() == 12);
  REQUIRE(model.contexts().rows() == 9);
  const GloVeObjective<> objective{counts};
  for (std::size_t w = 0; w < 12; ++w)
    objective.for_each_observed(w, [&](imf::WordId c, double count) {
      const double x = support::row_dot(model.words(), w, model.contexts(), c) +
                       static_cast<double>(model.word_biases[w]) +
                       static_cast<double>(model.context_biases[c]);
      CHECK(std::abs(x - std::log(count)) < 0.01);
    });
}

TEST_CASE("the objective rises, and what an epoch reports is near it") {
  const auto counts = support::random_counts(200, 150, 6000, 2);
  double last = -std::numeric_limits<double>::infinity();
  for (const std::size_t epochs : {1U, 2U, 4U, 8U, 16U}) {
    const auto model =
        trained(counts, {.dimension = 10, .epochs = epochs, .learning_rate = 0.5, .threads = 1});
    const double value = value_of(counts, model);
    CHECK(value > last);
    last = value;
    REQUIRE(model.epochs.size() == epochs);
    // Summed as it went on: what it was in the middle of the epoch.
    CHECK(model.epochs.back().objective < value);
    if (epochs > 1) CHECK(model.epochs.back().objective > model.epochs[epochs - 2].objective);
  }
  CHECK(last > 0.3 * value_of(counts, trained(counts, {.dimension = 10, .epochs = 1})));
}

TEST_CASE("the same bits for any number of threads, others by the seed") {
  const auto counts = support::random_counts(90, 70, 3000, 3);
  const auto with = [&](std::size_t threads, std::uint64_t seed) {
    return trained(counts,
                   {.dimension = 20, .epochs = 3, .stripes = 5, .seed = seed, .threads = threads});
  };
  const auto one = with(1, 1);
  for (const std::size_t threads : {2U, 3U, 7U}) {
    const auto many = with(threads, 1);
    CHECK(one.factors == many.factors);
    CHECK(one.word_biases == many.word_biases);
    CHECK(one.context_biases == many.context_biases);
    CHECK(one.epochs.back().objective == many.epochs.back().objective);
  }
  CHECK(!(one.factors == with(1, 2).factors));
}

TEST_CASE("the first step of a pair is the gradient times the rate") {
  const auto vocabulary = support::numbered_words(1);
  const auto counts = imf::counts_from_triples(vocabulary, vocabulary, {{0, 0, 4.0}});
  const double rate = 0.01;
  const auto after = [&](std::size_t epochs) {
    return trained(counts, {.dimension = 3, .epochs = epochs, .learning_rate = rate});
  };
  const auto first = after(1);
  const auto second = after(2);
  const double weight = std::pow(4.0 / 10.0, 0.75);
  const double rest = std::log(4.0) - support::row_dot(first.words(), 0, first.contexts(), 0) -
                      static_cast<double>(first.word_biases[0]) -
                      static_cast<double>(first.context_biases[0]);
  // AdaGrad's squares are 1/η² and next to nothing.
  CHECK(static_cast<double>(second.word_biases[0] - first.word_biases[0]) ==
        doctest::Approx(rate * weight * rest).epsilon(2e-3));
  for (std::size_t k = 0; k < 3; ++k)
    CHECK(static_cast<double>(second.contexts()(0, k) - first.contexts()(0, k)) ==
          doctest::Approx(rate * weight * rest * static_cast<double>(first.words()(0, k)))
              .epsilon(2e-3));
  CHECK(second.epochs[1].objective == doctest::Approx(-0.5 * weight * rest * rest).epsilon(1e-4));
}

TEST_CASE("progress is told each epoch, and can stop it") {
  const auto counts = support::random_counts(20, 20, 100, 4);
  std::vector<std::uint64_t> done;
  GloVeOptions options{.dimension = 4, .epochs = 10};
  options.progress = [&](const imf::Progress& progress) {
    CHECK(progress.total == 10);
    CHECK(progress.loss > 0.0);
    done.push_back(progress.done);
    return progress.done == 3 ? imf::ProgressAction::stop : imf::ProgressAction::proceed;
  };
  const auto model = trained(counts, options);
  CHECK(done == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(model.epochs.size() == 3);
  CHECK(model.reason == imf::StopReason::stopped);
}

TEST_CASE("bad options are refused by name, and a rate that diverges is named") {
  const auto counts = support::random_counts(20, 20, 300, 5);
  const auto complaint = [&](const GloVeOptions& options) {
    return message_of<imf::ConfigError>([&] { static_cast<void>(trained(counts, options)); });
  };
  constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
  CHECK(holds(complaint({.dimension = 0}), "dimension"));
  CHECK(holds(complaint({.dimension = 65537}), "dimension"));
  CHECK(holds(complaint({.epochs = 0}), "epochs"));
  CHECK(holds(complaint({.learning_rate = 0.0}), "learning_rate"));
  CHECK(holds(complaint({.learning_rate = not_a_number}), "learning_rate"));
  CHECK(holds(complaint({.stripes = 0}), "stripes"));
  CHECK(holds(complaint({.stripes = 257}), "stripes"));
}

TEST_CASE("no rate diverges") {
  const auto counts = support::random_counts(20, 20, 300, 5);
  const auto model = trained(counts, {.dimension = 4, .epochs = 50, .learning_rate = 1e9});
  for (const imf::AlignedMatrix* matrix : {&model.words(), &model.contexts()})
    for (std::size_t r = 0; r < matrix->rows(); ++r)
      for (const float x : matrix->row(r)) CHECK(std::abs(x) < 100.0F);
}

TEST_CASE("memory grows with pairs, words and dimensions") {
  const GloVeFactorization<> model({.dimension = 100});
  CHECK(model.memory_bytes(1000, 1000, 50'000) > 12 * 50'000 + 3 * 4 * 2000 * 102);
  CHECK(GloVeFactorization<>({.dimension = 300}).memory_bytes(1000, 1000, 50'000) >
        model.memory_bytes(1000, 1000, 50'000));
}
