// SPDX-License-Identifier: MIT
#include <implicitmf/objectives/held_out_sample.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/corpus/encode_sentences.hpp>

#include "support/messages.hpp"

namespace imf = implicitmf;
using doctest::Approx;
using imf::AlignedMatrix;
using imf::EncodedCorpus;
using imf::HeldOutSample;
using imf::IndexRange;
using imf::NegativeSampler;
using imf::RandomStream;
using imf::removed_token;
using imf::sentence_break;
using imf::ThreadTeam;
using imf::WindowSide;
using imf::WindowTable;
using imf::WordId;

namespace {

using Sentences = std::vector<std::vector<WordId>>;
using Ranges = std::vector<IndexRange>;

constexpr std::size_t words = 20;
constexpr std::size_t dimension = 7;

RandomStream stream(std::uint64_t seed) { return {seed, imf::RandomPurpose::test_data}; }

EncodedCorpus corpus_of(const Sentences& sentences) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < words; ++i) names.push_back("w" + std::to_string(i));
  std::vector<imf::WordCount> counts;
  for (const std::string& name : names) counts.push_back({name, 1});
  imf::Buffer<WordId> ids{sentence_break};
  for (const auto& sentence : sentences) {
    ids.insert(ids.end(), sentence.begin(), sentence.end());
    ids.push_back(sentence_break);
  }
  return EncodedCorpus(std::make_shared<const imf::Vocabulary>(counts), std::move(ids));
}

std::vector<WordId> random_sentence(std::size_t length, RandomStream& random) {
  std::vector<WordId> sentence;
  for (std::size_t i = 0; i < length; ++i)
    sentence.push_back(random.below(8) == 0 ? removed_token : random.below(words));
  return sentence;
}

/// Short sentences with holes, and a few that are cut: of the pieces held out one is of a thousand
/// tokens.
EncodedCorpus mixed_corpus(std::size_t sentences, std::uint64_t seed) {
  RandomStream random = stream(seed);
  Sentences all;
  for (std::size_t i = 1; i <= sentences; ++i)
    all.push_back(random_sentence(i == 515 ? 1234 : 1 + random.below(20), random));
  return corpus_of(all);
}

/// Multiples of 1/8, whose products float sums exactly; NaN behind the vectors.
AlignedMatrix random_vectors(std::uint64_t seed) {
  RandomStream random = stream(seed);
  AlignedMatrix matrix(words, dimension + 2);
  for (std::size_t r = 0; r < words; ++r) {
    for (std::size_t c = 0; c < dimension; ++c)
      matrix(r, c) = (static_cast<float>(random.below(17)) - 8.0F) / 8.0F;
    for (std::size_t c = dimension; c < matrix.cols(); ++c)
      matrix(r, c) = std::numeric_limits<float>::quiet_NaN();
  }
  return matrix;
}

NegativeSampler random_sampler(std::uint64_t seed) {
  RandomStream random = stream(seed);
  std::vector<imf::Count> counts(words);
  for (imf::Count& count : counts) count = 1 + random.below(100);
  return {counts, imf::SmoothedContexts{}, imf::Collision::skip};
}

std::vector<WindowTable> windows() {
  std::vector<WindowTable> tables;
  for (const WindowSide side : {WindowSide::symmetric, WindowSide::left, WindowSide::right})
    for (const std::size_t radius : {1U, 4U, 30U}) {
      tables.push_back(imf::UniformWindow{radius, side}.table());
      tables.push_back(imf::DynamicWindow{radius, side}.table());
      tables.push_back(imf::HarmonicWindow{radius, side}.table());
    }
  return tables;
}

/// The pieces of a corpus, numbered from 1, of which those are taken whose number hashes to 0.
Ranges slow_ranges(const EncodedCorpus& corpus) {
  Ranges pieces;
  bool open = false;
  for (std::size_t i = 0; i < corpus.stream().size(); ++i) {
    const bool is_token = corpus.stream()[i] != sentence_break;
    if (is_token && (!open || pieces.back().size() == 1000)) pieces.push_back({i, i});
    if (is_token) pieces.back().end = i + 1;
    open = is_token;
  }
  Ranges taken;
  for (std::size_t i = 0; i < pieces.size(); ++i)
    if (imf::mix_bits(i + 1) % 1000 == 0) taken.push_back(pieces[i]);
  std::uint64_t best = 1;
  for (std::uint64_t i = 2; i <= pieces.size(); ++i)
    if (imf::mix_bits(i) < imf::mix_bits(best)) best = i;
  if (taken.empty() && !pieces.empty()) taken.push_back(pieces[best - 1]);
  return taken;
}

double slow_log_sigmoid(double x) { return -std::log1p(std::exp(-x)); }

/// Each word of the sample with each of its contexts.
double slow_loss(const EncodedCorpus& corpus, const AlignedMatrix& w, const AlignedMatrix& c,
                 const WindowTable& window, const NegativeSampler& sampler, double k) {
  const auto id = [&](std::ptrdiff_t at) { return corpus.stream()[static_cast<std::size_t>(at)]; };
  const auto product = [&](WordId word, WordId context) {
    double sum = 0.0;
    for (std::size_t i = 0; i < dimension; ++i) sum += double{w(word, i)} * double{c(context, i)};
    return sum;
  };
  double loss = 0.0;
  double weights = 0.0;
  for (const IndexRange range : slow_ranges(corpus)) {
    const auto begin = static_cast<std::ptrdiff_t>(range.begin);
    const auto end = static_cast<std::ptrdiff_t>(range.end);
    for (std::ptrdiff_t at = begin; at < end; ++at)
      for (std::ptrdiff_t other = std::max(begin, at - 30); other < std::min(end, at + 31);
           ++other) {
        const auto& side = other < at ? window.before : window.after;
        const auto distance = static_cast<std::size_t>(std::abs(other - at));
        if (distance == 0 || distance > side.size()) continue;
        if (id(at) == removed_token || id(other) == removed_token) continue;
        const double weight =
            static_cast<double>(side[distance - 1]) / static_cast<double>(window.unit);
        RandomStream random(0, imf::RandomPurpose::held_out_negatives,
                            static_cast<std::uint64_t>(other));
        double noise = 0.0;
        for (int i = 0; i < 5; ++i)
          noise += slow_log_sigmoid(-product(id(at), sampler.draw(random))) / 5.0;
        loss -= weight * (slow_log_sigmoid(product(id(at), id(other))) + k * noise);
        weights += weight;
      }
  }
  return loss / weights;
}

}  // namespace

TEST_CASE("the sample is these sentences, so that a change is a decision") {
  // Sentence n, from 1, is the token at 2 n - 1.
  const EncodedCorpus corpus = corpus_of(Sentences(7000, {3}));
  CHECK(HeldOutSample(corpus).ranges() ==
        Ranges{{1029, 1030}, {1371, 1372}, {6907, 6908}, {7241, 7242}});
}

TEST_CASE("a short corpus has one sentence held out") {
  for (std::size_t sentences = 1; sentences < 515; ++sentences) {
    const EncodedCorpus corpus = corpus_of(Sentences(sentences, {1, 2}));
    const HeldOutSample sample(corpus);
    REQUIRE(sample.ranges().size() == 1);
    REQUIRE(sample.ranges()[0].size() == 2);
    REQUIRE(sample.ranges() == slow_ranges(corpus));
  }
  const EncodedCorpus two = corpus_of({{1, 2}, {3, 4}});
  CHECK(HeldOutSample(two).ranges() == Ranges{{1, 3}});
  const EncodedCorpus three = corpus_of({{1, 2}, {3, 4}, {5}});
  CHECK(HeldOutSample(three).ranges() == Ranges{{7, 8}});
}

TEST_CASE("long sentences are cut after every 1000 tokens") {
  const auto sample_of = [](std::initializer_list<std::size_t> lengths) {
    Sentences sentences;
    for (const std::size_t length : lengths) sentences.emplace_back(length, WordId{7});
    const EncodedCorpus corpus = corpus_of(sentences);
    CHECK(HeldOutSample(corpus).ranges() == slow_ranges(corpus));
    return HeldOutSample(corpus).ranges();
  };
  // Of two pieces the first is held out, of three to six the third.
  CHECK(sample_of({1000}) == Ranges{{1, 1001}});
  CHECK(sample_of({1001}) == Ranges{{1, 1001}});
  CHECK(sample_of({2001}) == Ranges{{2001, 2002}});
  CHECK(sample_of({2500, 9}) == Ranges{{2001, 2501}});
  CHECK(sample_of({2000, 3}) == Ranges{{2002, 2005}});
  CHECK(sample_of({999, 1000, 1000, 4}) == Ranges{{2002, 3002}});
  CHECK(sample_of({5500}) == Ranges{{2001, 3001}});
}

TEST_CASE("the sample depends on the corpus alone") {
  const EncodedCorpus corpus = mixed_corpus(4000, 1);
  const EncodedCorpus twin = mixed_corpus(4000, 1);
  const HeldOutSample sample(corpus);
  const HeldOutSample of_twin(twin);
  CHECK(sample.ranges() == slow_ranges(corpus));
  CHECK(sample.ranges() == of_twin.ranges());
  CHECK(sample.ranges().size() == 4);

  ThreadTeam team(1);
  const WindowTable window = imf::DynamicWindow{}.table();
  const NegativeSampler sampler = random_sampler(1);
  const auto loss = [&](const HeldOutSample& of, std::uint64_t seed) {
    return of.loss(random_vectors(seed), random_vectors(seed + 1), dimension, window, sampler, 5.0,
                   team);
  };
  const double before = loss(sample, 1);
  CHECK(loss(sample, 3) != before);
  CHECK(loss(sample, 1) == before);
  CHECK(loss(of_twin, 1) == before);
}

TEST_CASE("the loss of two words is what it is by hand") {
  imf::CorpusOptions options;
  options.min_count = 1;
  const EncodedCorpus corpus =
      imf::encode_sentences(std::vector<std::vector<std::string>>{{"a", "b"}}, options);
  AlignedMatrix w(2, 1);
  AlignedMatrix c(2, 1);
  w(0, 0) = 0.5F;
  w(1, 0) = -2.0F;
  c(0, 0) = 1.5F;
  c(1, 0) = 3.0F;
  // All negatives are the context "a".
  const NegativeSampler sampler(std::vector<imf::Count>{1, 0}, imf::EmpiricalContexts{},
                                imf::Collision::keep);
  const double of_a = -slow_log_sigmoid(0.5 * 3.0) - 4.0 * slow_log_sigmoid(-0.5 * 1.5);
  const double of_b = -slow_log_sigmoid(-2.0 * 1.5) - 4.0 * slow_log_sigmoid(2.0 * 1.5);
  ThreadTeam team(1);
  const auto loss = [&](const WindowTable& window) {
    return HeldOutSample(corpus).loss(w, c, 1, window, sampler, 4.0, team);
  };
  CHECK(loss(imf::UniformWindow{}.table()) == Approx((of_a + of_b) / 2).epsilon(1e-14));
  CHECK(loss(imf::UniformWindow{1, WindowSide::right}.table()) == Approx(of_a).epsilon(1e-14));
  CHECK(loss(imf::DynamicWindow{3, WindowSide::left}.table()) == Approx(of_b).epsilon(1e-14));
}

TEST_CASE("vectors of 0 lose (1 + k) log 2, whatever the window") {
  const EncodedCorpus corpus = mixed_corpus(1000, 2);
  const HeldOutSample sample(corpus);
  const AlignedMatrix zeros(words, dimension);
  const NegativeSampler sampler = random_sampler(2);
  ThreadTeam team(2);
  double k = 0.3;
  for (const WindowTable& window : windows()) {
    CHECK(sample.loss(zeros, zeros, dimension, window, sampler, k, team) ==
          Approx((1.0 + k) * std::log(2.0)).epsilon(1e-12));
    k += 0.7;
  }
}

TEST_CASE("the loss is that of the obvious sum over words and their contexts") {
  const EncodedCorpus cut = mixed_corpus(700, 3);
  const EncodedCorpus small = mixed_corpus(20, 4);
  ThreadTeam team(2);
  std::uint64_t seed = 10;
  for (const WindowTable& window : windows())
    for (const EncodedCorpus* corpus : {&cut, &small}) {
      CAPTURE(window.description);
      const AlignedMatrix w = random_vectors(++seed);
      const AlignedMatrix c = random_vectors(++seed);
      const NegativeSampler sampler = random_sampler(++seed);
      const double expected = slow_loss(*corpus, w, c, window, sampler, 2.5);
      const HeldOutSample sample(*corpus);
      CHECK(sample.loss(w, c, dimension, window, sampler, 2.5, team) ==
            Approx(expected).epsilon(1e-12));
      if (corpus == &small)
        CHECK(sample.loss<imf::ScalarArch>(w, c, dimension, window, sampler, 2.5, team) ==
              Approx(expected).epsilon(1e-12));
    }
}

TEST_CASE("the loss has the same bits for any number of threads") {
  const EncodedCorpus corpus = mixed_corpus(9500, 5);
  const HeldOutSample sample(corpus);
  REQUIRE(sample.ranges().size() == 6);
  const AlignedMatrix w = random_vectors(6);
  const AlignedMatrix c = random_vectors(7);
  const NegativeSampler sampler = random_sampler(8);
  const auto loss = [&](std::size_t threads) {
    ThreadTeam team(threads);
    return sample.loss(w, c, dimension, imf::HarmonicWindow{}.table(), sampler, 5.0, team);
  };
  const double alone = loss(1);
  for (const std::size_t threads : {2U, 3U, 7U})
    for (int i = 0; i < 5; ++i) CHECK(loss(threads) == alone);
}

TEST_CASE("the negatives of the loss come from the sampler's distribution") {
  // One word, whose own context has the vector 0: what varies is the noise.
  Sentences sentences(514, {0});
  sentences.emplace_back(1000, WordId{0});
  const EncodedCorpus corpus = corpus_of(sentences);
  AlignedMatrix w(words, 1);
  AlignedMatrix c(words, 1);
  w(0, 0) = 1.0F;
  std::vector<imf::Count> counts(words);
  double sum = 0.0;
  double mean = 0.0;
  double square = 0.0;
  for (std::size_t i = 0; i < words; ++i) {
    counts[i] = i * i;
    c(i, 0) = 0.25F * static_cast<float>(i);
    const double q = static_cast<double>(counts[i]);
    const double x = -slow_log_sigmoid(-double{c(i, 0)});
    sum += q;
    mean += q * x;
    square += q * x * x;
  }
  mean /= sum;
  const double deviation = std::sqrt((square / sum - mean * mean) / 5000.0);
  const NegativeSampler sampler(counts, imf::EmpiricalContexts{}, imf::Collision::redraw);
  ThreadTeam team(1);
  const double loss =
      HeldOutSample(corpus).loss(w, c, 1, imf::UniformWindow{}.table(), sampler, 2.0, team);
  CHECK(std::abs((loss - std::log(2.0)) / 2.0 - mean) < 4.0 * deviation);
}

TEST_CASE("the rest is the corpus with borders in the sample's place") {
  const EncodedCorpus corpus = mixed_corpus(1000, 9);
  const HeldOutSample sample(corpus);
  const EncodedCorpus rest = sample.rest();
  REQUIRE(rest.stream().size() == corpus.stream().size());
  std::vector<bool> held_out(corpus.stream().size());
  for (const IndexRange range : sample.ranges())
    for (std::size_t i = range.begin; i < range.end; ++i) held_out[i] = true;
  imf::Count kept = 0;
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    REQUIRE(rest.stream()[i] == (held_out[i] ? sentence_break : corpus.stream()[i]));
    if (rest.stream()[i] < words) ++kept;
  }
  CHECK(std::count(held_out.begin(), held_out.end(), true) > 1000);
  CHECK(rest.shared_vocabulary() == corpus.shared_vocabulary());
  CHECK(rest.statistics().tokens_kept == kept);
  CHECK(rest.statistics().tokens_read == corpus.statistics().tokens_read);
  CHECK(rest.statistics().distinct_words == corpus.statistics().distinct_words);
}

TEST_CASE("a corpus without tokens has no sample, and a sample without pairs no loss") {
  ThreadTeam team(2);
  const auto loss = [&](const EncodedCorpus& corpus) {
    return HeldOutSample(corpus).loss(random_vectors(1), random_vectors(2), dimension,
                                      imf::UniformWindow{}.table(), random_sampler(3), 5.0, team);
  };
  for (const Sentences& sentences : {Sentences{}, Sentences{{}, {}}}) {
    const EncodedCorpus corpus = corpus_of(sentences);
    CHECK(HeldOutSample(corpus).ranges().empty());
    CHECK(HeldOutSample(corpus).rest() == corpus);
    CHECK(std::isnan(loss(corpus)));
  }

  CHECK(std::isnan(loss(corpus_of({{4}}))));
  CHECK(std::isnan(loss(corpus_of({{removed_token, 4, removed_token}}))));
  CHECK(loss(corpus_of({{4, removed_token, 4}})) > 0.0);
}
