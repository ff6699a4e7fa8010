// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/sgns_trainer.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/corpus/encode_sentences.hpp>
#include <implicitmf/counting/cooccurrence_counter.hpp>
#include <implicitmf/solvers/rate_schedule.hpp>

#include "archetypes.hpp"
#include "support/messages.hpp"

namespace imf = implicitmf;
using imf::Collision;
using imf::SGNSOptions;
using imf::SGNSTrainer;
using support::holds;
using support::message_of;

namespace {

/// Sentences of words of a few groups that keep to themselves, mostly.
imf::EncodedCorpus grouped_corpus(std::size_t sentences, std::uint32_t words_of_group = 12) {
  constexpr std::uint32_t groups = 4;
  imf::RandomStream random(12, imf::RandomPurpose::test_data);
  std::vector<std::vector<int>> text(sentences);
  for (auto& sentence : text) {
    const auto group = random.below(groups);
    for (std::size_t n = 3 + random.below(12); n > 0; --n) {
      const bool stray = random.below(5) == 0;
      const auto from = stray ? random.below(groups) : group;
      sentence.push_back(static_cast<int>(100 * from + random.below(words_of_group)));
    }
  }
  return imf::encode_sentences(text, {.min_count = 1});
}

double dot(const imf::AlignedMatrix& a, std::size_t r, const imf::AlignedMatrix& b, std::size_t s) {
  double sum = 0.0;
  for (std::size_t k = 0; k < a.cols(); ++k)
    sum += static_cast<double>(a(r, k)) * static_cast<double>(b(s, k));
  return sum;
}

/// Small and quick.
SGNSOptions small(std::size_t threads = 1) {
  return {.dimension = 20,
          .negatives = 3.0,
          .epochs = 2,
          .learning_rate = 0.05,
          .subsample = 0.0,
          .threads = threads};
}

bool all_finite(const imf::AlignedMatrix& matrix) {
  for (std::size_t r = 0; r < matrix.rows(); ++r)
    for (const float x : matrix.row(r))
      if (!std::isfinite(x)) return false;
  return true;
}

}  // namespace

TEST_CASE("with dimensions enough w·c comes to PMI - log k of the observed pairs: the theorem") {
  const auto corpus = grouped_corpus(300, 5);
  const std::size_t words = corpus.vocabulary().size();
  const double k = 1.0;
  SGNSOptions options{.dimension = words,
                      .negatives = k,
                      .epochs = 120,
                      .learning_rate = 0.2,
                      .window = imf::UniformWindow{.radius = 3}.table(),
                      .subsample = 0.0,
                      .threads = 1};
  const auto counts = imf::CooccurrenceCounter{imf::UniformWindow{.radius = 3}}.count(corpus);
  const auto check = [&](const auto& negatives) {
    const auto model = SGNSTrainer(options, negatives).train(corpus);
    double squares = 0.0;
    double error = 0.0;
    double weight = 0.0;
    for (imf::WordId w = 0; w < words; ++w)
      for (imf::WordId c = 0; c < words; ++c) {
        const double n = static_cast<double>(counts.cells().at(w, c));
        if (n < 20.0) continue;
        const double q = static_cast<double>(corpus.vocabulary().count(c)) /
                         static_cast<double>(corpus.vocabulary().tokens());
        const double optimum = std::log(n / (k * static_cast<double>(counts.word_sums()[w]) * q));
        const double difference = dot(model.words(), w, model.contexts(), c) - optimum;
        error += n * difference * difference;
        squares += n * optimum * optimum;
        weight += n;
      }
    REQUIRE(weight > 0.7 * static_cast<double>(counts.total()));
    CHECK(std::sqrt(error / weight) < 0.13);
    CHECK(std::sqrt(squares / weight) > 0.8);
  };
  check(imf::SampledNegatives<imf::EmpiricalContexts>{.collision = Collision::keep,
                                                      .shared_by_windows = 0});
  check(archetypes::WeightedNegatives<imf::EmpiricalContexts>(3.0));
}

TEST_CASE("training in step gives the same bits for any number of threads, sharing or not") {
  const auto check = [](std::size_t sentences, std::size_t dimension, std::size_t shared) {
    const auto corpus = grouped_corpus(sentences);
    std::optional<imf::Factors> first;
    for (const std::size_t threads : {1U, 2U, 3U, 7U}) {
      SGNSOptions options = small(threads);
      options.subsample = 0.01;
      options.dimension = dimension;
      options.epochs = 1;
      options.deterministic = true;
      auto model =
          SGNSTrainer(options, imf::SampledNegatives<>{.shared_by_windows = shared}).train(corpus);
      if (!first)
        first = std::move(model.factors);
      else
        CHECK(model.factors == *first);
    }
  };
  check(900, 50, 0);
  check(900, 50, 4);
  check(90, 400, 4);  // columns for each of seven
}

TEST_CASE("AdaGrad in step gives the same bits for any number of threads") {
  const auto corpus = grouped_corpus(300);
  std::optional<imf::Factors> first;
  for (const std::size_t threads : {1U, 2U, 3U}) {
    SGNSOptions options = small(threads);
    options.deterministic = true;
    auto model =
        SGNSTrainer(options, imf::SampledNegatives<>{}, imf::AdaGradStep<>{}).train(corpus);
    if (!first)
      first = std::move(model.factors);
    else
      CHECK(model.factors == *first);
  }
}

TEST_CASE("one thread gives the same bits each time, and another seed others, in every mode") {
  const auto corpus = grouped_corpus(300);
  for (const bool deterministic : {false, true})
    for (const std::size_t shared : {0U, 4U}) {
      SGNSOptions options = small();
      options.dimension = shared == 4 ? 208 : 20;
      options.epochs = 1;
      options.deterministic = deterministic;
      const imf::SampledNegatives<> negatives{.shared_by_windows = shared};
      const auto model = SGNSTrainer(options, negatives).train(corpus);
      CHECK(SGNSTrainer(options, negatives).train(corpus).factors == model.factors);
      options.seed = 2;
      CHECK_FALSE(SGNSTrainer(options, negatives).train(corpus).factors == model.factors);
    }
}

TEST_CASE("the held-out loss begins at (1 + k) log 2 and falls, whichever way is taken") {
  const auto corpus = grouped_corpus(3000);
  const auto check = [&](const auto& trainer, double k) {
    const auto model = trainer.train(corpus);
    REQUIRE(model.first_loss.has_value());
    CHECK(*model.first_loss == doctest::Approx((1.0 + k) * std::log(2.0)).epsilon(1e-6));
    REQUIRE(model.epochs.size() == 3);
    for (const imf::SGNSEpoch& epoch : model.epochs) {
      REQUIRE(epoch.loss.has_value());
      CHECK(*epoch.loss < 0.95 * *model.first_loss);
    }
    CHECK(model.reason == imf::StopReason::epochs_done);
  };
  SGNSOptions options = small();
  options.epochs = 3;
  options.held_out = true;
  check(SGNSTrainer(options), 3.0);
  check(SGNSTrainer(options, imf::SampledNegatives<>{.shared_by_windows = 1}), 3.0);
  check(SGNSTrainer(options, imf::SampledNegatives<>{.shared_by_windows = 0}), 3.0);
  check(SGNSTrainer(options, imf::SampledNegatives<>{.collision = Collision::redraw}), 3.0);
  check(SGNSTrainer(options, imf::SampledNegatives<>{}, imf::AdaGradStep<>{}), 3.0);
  options.threads = 2;
  options.deterministic = true;
  check(SGNSTrainer(options), 3.0);
  options.negatives = 2.5;
  options.schedule = imf::RateSchedule::constant;
  check(SGNSTrainer(options), 2.5);  // two are drawn, each of weight 5/4
  check(SGNSTrainer(options, imf::SampledNegatives<>{.shared_by_windows = 2}),
        2.5);  // three, of weight 5/6
}

TEST_CASE("where one window or two share, with a baseline, the held-out loss falls too") {
  const auto corpus = grouped_corpus(400);
  const auto check = [&](const auto& trainer) {
    const auto model = trainer.train(corpus);
    CHECK(*model.epochs.back().loss < 0.95 * *model.first_loss);
  };
  // So high a rate as the second must fall soon on a text of so few words.
  using imf::RateSchedule;
  for (const auto& [rate, schedule] :
       {std::pair(0.05, RateSchedule::cooldown), std::pair(0.2, RateSchedule::linear)}) {
    SGNSOptions options = small();
    options.learning_rate = rate;
    options.schedule = schedule;
    options.held_out = true;
    options.dimension = 20;
    check(SGNSTrainer(options));
    options.dimension = 208;
    check(SGNSTrainer(options));
    check(SGNSTrainer(options, imf::SampledNegatives<>{}, imf::AdaGradStep<>{}));
    for (const double negatives : {0.5, 2.5, 5.0}) {  // 1, 2, 4 are drawn, of weight 1/2, 5/4, 5/4
      options.negatives = negatives;
      options.deterministic = false;
      check(SGNSTrainer(options));
      options.deterministic = true;
      check(SGNSTrainer(options));
    }
  }
}

TEST_CASE("threads that race learn as well") {
  // Little work: the thread sanitizer, which is told of these races, still looks at each.
  const auto corpus = grouped_corpus(1800);
  SGNSOptions options = small(2);
  options.held_out = true;
  const auto model = SGNSTrainer(options).train(corpus);
  CHECK(*model.epochs.back().loss < 0.95 * *model.first_loss);
  const auto pairs = SGNSTrainer(small(3)).train(std::vector<imf::WordPair>(20'000, {0, 1}), 1, 2);
  CHECK(dot(pairs.words(), 0, pairs.contexts(), 1) > 1.0);
}

TEST_CASE("given vectors are where training begins") {
  const auto corpus = grouped_corpus(500);
  SGNSOptions options = small();
  const auto model = SGNSTrainer(options).train(corpus);
  options.learning_rate = 1e-30;
  const auto again = SGNSTrainer(options).train(corpus, model.factors);
  CHECK(again.factors == model.factors);
  const auto in_state = SGNSTrainer(options, imf::SampledNegatives<>{}, imf::AdaGradStep<>{})
                            .train(corpus, model.factors);
  for (std::size_t k = 0; k < 20; ++k)
    CHECK(in_state.words()(0, k) == doctest::Approx(static_cast<double>(model.words()(0, k))));

  options.epochs = 1;
  options.learning_rate = 0.01;
  options.held_out = true;
  CHECK(*SGNSTrainer(options).train(corpus, model.factors).epochs[0].loss <
        *SGNSTrainer(options).train(corpus).epochs[0].loss);
  const auto refusal = [&](std::size_t rows, std::size_t cols) {
    return message_of<imf::InputError>([&] {
      static_cast<void>(SGNSTrainer(options).train(
          corpus, imf::Factors{imf::AlignedMatrix(rows, cols), model.factors.contexts}));
    });
  };
  CHECK(holds(refusal(3, 20), "start: 3 x 20 vectors, not 48 x 20"));
  CHECK(holds(refusal(48, 10), "start: 48 x 10 vectors, not 48 x 20"));
}

TEST_CASE("pairs of two vocabularies are learnt: what met scores above what did not") {
  imf::RandomStream random(1, imf::RandomPurpose::test_data);
  std::vector<imf::WordPair> pairs;
  for (int i = 0; i < 30'000; ++i) {
    const auto kind = random.below(3);
    pairs.push_back({3 * random.below(10) + kind, 3 * random.below(20) + kind});
  }
  for (const bool deterministic : {false, true}) {
    SGNSOptions options = small(deterministic ? 2 : 1);
    options.epochs = 5;
    options.deterministic = deterministic;
    const auto model = SGNSTrainer(options).train(pairs, 30, 61);
    REQUIRE(model.words().rows() == 30);
    REQUIRE(model.contexts().rows() == 61);
    CHECK(model.epochs[0].pairs == pairs.size());
    double least_met = 100.0;
    double most_not = -100.0;
    for (std::size_t w = 0; w < 30; ++w)
      for (std::size_t c = 0; c < 60; ++c) {
        const double x = dot(model.words(), w, model.contexts(), c);
        if (w % 3 == c % 3)
          least_met = std::min(least_met, x);
        else
          most_not = std::max(most_not, x);
      }
    CHECK(least_met > most_not);
    // The last context never came: nobody touched it.
    for (const float x : model.contexts().row(60)) CHECK(x == 0.0F);
  }
}

TEST_CASE("pairs that are none are refused") {
  const std::vector<imf::WordPair> pairs = {{0, 0}, {2, 1}};
  const auto refusal = [&](const std::vector<imf::WordPair>& of, std::size_t w, std::size_t c) {
    return message_of<imf::InputError>(
        [&] { static_cast<void>(SGNSTrainer(small()).train(of, w, c)); });
  };
  CHECK(holds(refusal(pairs, 2, 2), "pair 1: word 2 of 2, context 1 of 2: no such id"));
  CHECK(holds(refusal(pairs, 3, 1), "pair 1: word 2 of 3, context 1 of 1: no such id"));
  CHECK(holds(refusal({}, 3, 1), "pairs: there are none"));
  SGNSOptions options = small();
  options.held_out = true;
  CHECK(holds(message_of<imf::ConfigError>(
                  [&] { static_cast<void>(SGNSTrainer(options).train(pairs, 3, 2)); }),
              "held_out: needs a corpus"));
}

TEST_CASE(
    "odd corpora train: one word, empty sentences, windows beyond the text, one long sentence") {
  const auto train = [](const std::vector<std::vector<int>>& text, SGNSOptions options,
                        std::uint64_t pairs = 0) {
    const auto corpus = imf::encode_sentences(text, {.min_count = 1});
    for (const bool deterministic : {false, true}) {
      options.deterministic = deterministic;
      options.threads = deterministic ? 2 : 1;
      const auto model = SGNSTrainer(options).train(corpus);
      CHECK(all_finite(model.words()));
      CHECK(all_finite(model.contexts()));
      if (pairs > 0) CHECK(model.epochs.back().pairs == pairs);
    }
  };
  SGNSOptions neighbors = small(2);
  neighbors.window = imf::UniformWindow{.radius = 1}.table();
  train({{1, 1, 1, 1}}, neighbors, 6);
  train({{}, {1, 2}, {}, {}, {3}, {}}, neighbors, 2);
  SGNSOptions wide = small(2);
  wide.window = imf::UniformWindow{.radius = 10'000}.table();
  train({{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}}, wide, 380);
  SGNSOptions thin = small(2);
  thin.dimension = 1;
  thin.epochs = 1;
  std::vector<int> long_sentence(100'000);
  for (std::size_t i = 0; i < long_sentence.size(); ++i)
    long_sentence[i] = static_cast<int>(i * i % 101);
  train({long_sentence}, thin);
  SGNSOptions thick = small(2);
  thick.dimension = 4096;
  train({{1, 2, 3, 1, 2, 3, 1, 2}}, thick);
  for (const Collision rule : {Collision::keep, Collision::redraw}) {
    const auto corpus =
        imf::encode_sentences(std::vector<std::vector<int>>{{1, 1, 1}}, {.min_count = 1});
    const auto model =
        SGNSTrainer(small(), imf::SampledNegatives<>{.collision = rule}).train(corpus);
    CHECK(all_finite(model.words()));
  }
}

TEST_CASE("a rate that diverges is an error that names it, not vectors of NaN") {
  const auto corpus = grouped_corpus(2000);
  for (const bool deterministic : {false, true}) {
    SGNSOptions options = small(deterministic ? 2 : 1);
    options.learning_rate = 100.0;
    options.schedule = imf::RateSchedule::constant;
    options.epochs = 50;
    options.deterministic = deterministic;
    const auto message = message_of<imf::NumericError>(
        [&] { static_cast<void>(SGNSTrainer(options).train(corpus)); });
    CHECK(holds(message, "training diverged in epoch "));
    CHECK(holds(message, "learning rate 100"));
  }
}

TEST_CASE("vectors that ran away but are finite are an error too") {
  const auto corpus = grouped_corpus(2000);
  for (const bool deterministic : {false, true}) {
    SGNSOptions options = small(deterministic ? 2 : 1);
    options.learning_rate = 0.35;
    options.deterministic = deterministic;
    CHECK(holds(message_of<imf::NumericError>(
                    [&] { static_cast<void>(SGNSTrainer(options).train(corpus)); }),
                " has grown to a norm of "));
  }
}

TEST_CASE("how negatives are shared must be in range, whoever says it") {
  const auto corpus = grouped_corpus(20);
  const auto refusal = [&](double drawn, std::size_t windows) {
    const archetypes::WeightedNegatives<imf::SmoothedContexts> negatives(drawn, windows);
    return message_of<imf::ConfigError>(
        [&] { static_cast<void>(SGNSTrainer(small(), negatives).train(corpus)); });
  };
  CHECK(holds(refusal(1.0, 65), "shared_by_windows: must be 0 to 64, not 65"));
  for (const double drawn : {0.0, -3.0, 10.5, std::numeric_limits<double>::quiet_NaN()})
    CHECK(holds(refusal(drawn, 1), "drawn: must be above 0 and at most 10, not "));
}

TEST_CASE("vectors that are beyond all reason are an error, even where their sigmoids are not") {
  const auto corpus = grouped_corpus(50);
  const std::size_t words = corpus.vocabulary().size();
  const auto start = [&](float entry) {
    imf::Factors vectors{imf::AlignedMatrix(words, 20), imf::AlignedMatrix(words, 20)};
    for (std::size_t r = 0; r < words; ++r)
      for (imf::AlignedMatrix* const matrix : {&vectors.words, &vectors.contexts})
        std::fill_n(matrix->row_data(r), 20, entry);
    return vectors;
  };
  SGNSOptions options = small();
  options.learning_rate = 1.0;
  for (const bool deterministic : {false, true}) {
    options.deterministic = deterministic;
    CHECK(holds(message_of<imf::NumericError>(
                    [&] { static_cast<void>(SGNSTrainer(options).train(corpus, start(1e6F))); }),
                "training diverged in epoch 1 "));
  }
  for (const float beyond : {1.1e6F, 1e20F})
    CHECK(message_of<imf::InputError>([&] {
            static_cast<void>(SGNSTrainer(options).train(corpus, start(beyond)));
          }) == "start: the vector of word 0 has an entry beyond 1e6");
}

TEST_CASE("nothing to train on is an error") {
  const auto message = [](const std::vector<std::vector<int>>& text, SGNSOptions options) {
    const auto corpus = imf::encode_sentences(text, {.min_count = 1});
    return message_of<imf::InputError>(
        [&] { static_cast<void>(SGNSTrainer(options).train(corpus)); });
  };
  CHECK(holds(message({{1}}, small()), "nothing to train on"));
  CHECK(holds(message({{1}, {2}, {}, {3}}, small()), "nothing to train on"));
  SGNSOptions options = small();
  options.held_out = true;
  CHECK(holds(message({{1, 2, 3, 4, 5}}, options), "nothing to train on"));
}

TEST_CASE("rows that meet much at once stay near where own negatives would take them") {
  // Long windows without subsampling, where frequent words are met hundreds of times in a batch.
  imf::RandomStream random(4, imf::RandomPurpose::test_data);
  std::vector<std::vector<int>> text(60);
  for (auto& sentence : text)
    for (int n = 0; n < 100; ++n)
      sentence.push_back(static_cast<int>(random.below(1 + random.below(1 + random.below(2000)))));
  const auto corpus = imf::encode_sentences(text, {.min_count = 1});
  using imf::RateSchedule;
  struct Rate {
    double first;
    RateSchedule schedule;
  };
  const auto loss = [&](Rate rate, const auto& negatives, bool deterministic) {
    SGNSOptions options = small();
    options.epochs = 3;
    options.learning_rate = rate.first;
    options.schedule = rate.schedule;
    options.window = imf::UniformWindow{.radius = 50}.table();
    options.held_out = true;
    options.deterministic = deterministic;
    return SGNSTrainer(options, negatives).train(corpus).epochs.back().loss.value();
  };
  const imf::SampledNegatives<> own{.shared_by_windows = 0};
  const archetypes::WeightedNegatives<imf::SmoothedContexts> heavy(0.5);
  for (const Rate rate : {Rate{0.025, RateSchedule::cooldown}, Rate{0.1, RateSchedule::linear}}) {
    const double most = loss(rate, own, false) + 0.1;
    for (const bool deterministic : {false, true}) {
      CHECK(loss(rate, imf::SampledNegatives<>{.shared_by_windows = 4}, deterministic) < most);
      CHECK(loss(rate, heavy, deterministic) < most);
    }
    CHECK(loss(rate, own, true) < most);
  }
}

TEST_CASE("pairs train alike in any order, shuffled or cell by cell") {
  imf::RandomStream random(6, imf::RandomPurpose::test_data);
  std::vector<imf::WordPair> pairs;
  for (imf::WordId w = 0; w < 40; ++w)
    for (imf::WordId c = 0; c < 40; ++c)
      for (std::uint32_t n = random.below(1 + (w % 8 == c % 8 ? 100U : 2U)); n > 0; --n)
        pairs.push_back({w, c});
  const auto error = [&](const std::vector<imf::WordPair>& order, bool deterministic) {
    SGNSOptions options = small();
    options.epochs = 5;
    options.deterministic = deterministic;
    const auto model = SGNSTrainer(options).train(order, 40, 40);
    double largest = 0.0;
    for (imf::WordId w = 0; w < 40; ++w)
      for (imf::WordId c = 0; c < 40; ++c)
        largest = std::max(largest, std::abs(dot(model.words(), w, model.contexts(), c)));
    return largest;
  };
  auto by_context = pairs;
  std::stable_sort(by_context.begin(), by_context.end(),
                   [](const auto& a, const auto& b) { return a.context < b.context; });
  auto shuffled = pairs;
  for (std::size_t i = shuffled.size(); i > 1; --i)
    std::swap(shuffled[i - 1], shuffled[random.below(static_cast<std::uint32_t>(i))]);
  for (const bool deterministic : {false, true}) {
    CHECK(error(shuffled, deterministic) < 20.0);
    CHECK(error(pairs, deterministic) < 20.0);
    CHECK(error(by_context, deterministic) < 20.0);
  }
}

TEST_CASE("the callback sees tokens, rate and loss, and can end the work") {
  const auto corpus = grouped_corpus(4000);
  for (const bool deterministic : {false, true}) {
    SGNSOptions options = small(deterministic ? 2 : 1);
    options.deterministic = deterministic;
    options.schedule = deterministic ? imf::RateSchedule::linear : imf::RateSchedule::cooldown;
    options.held_out = true;
    std::uint64_t last = 0;
    std::size_t calls = 0;
    options.progress = [&](const imf::Progress& progress) {
      CHECK(progress.stage == "training");
      CHECK(progress.done >= last);
      CHECK(progress.done <= progress.total);
      const double done = static_cast<double>(progress.done) / static_cast<double>(progress.total);
      CHECK(progress.rate ==
            doctest::Approx(0.05 * imf::rate_after(done, options.schedule)).epsilon(1e-3));
      CHECK(progress.loss > 0.0);
      last = progress.done;
      ++calls;
      return imf::ProgressAction::proceed;
    };
    static_cast<void>(SGNSTrainer(options).train(corpus));
    CHECK(calls >= 2);
    CHECK(last == 2 * corpus.statistics().tokens_read);

    options.epochs = 1000;
    options.progress = [](const imf::Progress& progress) {
      return progress.done > 2 * progress.total / 1000 ? imf::ProgressAction::stop
                                                       : imf::ProgressAction::proceed;
    };
    const auto stopped = SGNSTrainer(options).train(corpus);
    CHECK(stopped.reason == imf::StopReason::stopped);
    CHECK(stopped.epochs.size() < 10);
    CHECK(all_finite(stopped.words()));
  }
}

TEST_CASE("options of negatives out of their range are named") {
  const auto corpus = grouped_corpus(5);
  CHECK(holds(
      message_of<imf::ConfigError>([&] {
        static_cast<void>(
            SGNSTrainer(small(), imf::SampledNegatives<>{.shared_by_windows = 65}).train(corpus));
      }),
      "shared_by_windows: must be 0 to 64"));
  CHECK(holds(message_of<imf::ConfigError>([&] {
                static_cast<void>(
                    SGNSTrainer(small(), imf::SampledNegatives<>{.distribution = {.alpha = 0.0}})
                        .train(corpus));
              }),
              "alpha"));
}

TEST_CASE("a step and a distribution of one's own do") {
  const auto corpus = grouped_corpus(50);
  const imf::SampledNegatives<archetypes::EvenContexts> negatives{
      .distribution = archetypes::EvenContexts(1.0), .shared_by_windows = 1};
  SGNSOptions options = small();
  options.epochs = 1;
  const auto model = SGNSTrainer(options, negatives, archetypes::CountingStep(32)).train(corpus);
  // Each window counts once for each word of it, and once for its context.
  double met = 0.0;
  for (std::size_t r = 0; r < model.words().rows(); ++r)
    met += std::round(static_cast<double>(model.words()(r, 0)));
  CHECK(met == static_cast<double>(model.epochs[0].pairs));
}
