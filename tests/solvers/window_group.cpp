// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/window_group.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/corpus/encode_sentences.hpp>
#include <implicitmf/solvers/training_windows.hpp>

namespace imf = implicitmf;
using imf::Collision;

namespace {

/// Of each pair of rows, what its examples of label 1 weigh, and all of them.
using Weights = std::map<std::pair<const float*, const float*>, std::pair<double, double>>;

/// As the group has them. A row that stands twice among the inputs counts twice.
Weights weights_in(const imf::WindowGroup& group) {
  const auto view = group.view();
  Weights weights;
  for (std::size_t i = 0; i < view.input_count; ++i)
    for (std::size_t j = 0; j < view.output_count; ++j)
      for (std::size_t t = 0; t < view.windows; ++t) {
        const double times = static_cast<double>(view.membership[i * view.windows + t]);
        const std::size_t at = t * view.weight_stride + j;
        if (times == 0.0 || view.weight[at] == 0.0F) continue;
        auto& [attraction, weight] = weights[{view.inputs[i], view.outputs[j]}];
        attraction += times * static_cast<double>(view.attraction[at]);
        weight += times * static_cast<double>(view.weight[at]);
      }
  return weights;
}

struct Example {
  imf::EncodedCorpus corpus;
  imf::WindowList list;
  imf::Factors vectors;
};

Example make_example(bool holes) {
  imf::RandomStream random(8, imf::RandomPurpose::test_data);
  std::vector<std::vector<int>> text(30);
  for (auto& sentence : text)
    for (std::size_t n = random.below(12); n > 0; --n)
      sentence.push_back(static_cast<int>(random.below(9)));
  auto corpus =
      imf::encode_sentences(text, {.min_count = holes ? 17U : 1U, .keep_positions = holes});
  const std::size_t words = corpus.vocabulary().size();
  Example example{std::move(corpus), {}, {imf::AlignedMatrix(words, 20), {}}};
  example.vectors.contexts = imf::AlignedMatrix(words, 20);
  const imf::CorpusWindows source(example.corpus, imf::DynamicWindow{.radius = 4}.table(), {0.0},
                                  1);
  source.fill({0, source.size()}, 0, example.list);
  return example;
}

std::vector<imf::Count> counts_of(const imf::Vocabulary& vocabulary) {
  std::vector<imf::Count> counts;
  for (imf::WordId id = 0; id < vocabulary.size(); ++id) counts.push_back(vocabulary.count(id));
  return counts;
}

/// As the definition has them: each word of each window with its context and with each negative.
Weights obvious_weights(Example& example, imf::IndexRange windows,
                        const imf::NegativeSampler& sampler, imf::NegativeDraw draw,
                        imf::RandomStream random) {
  std::vector<imf::WordId> negatives;
  for (std::size_t i = 0; i < draw.count; ++i) negatives.push_back(sampler.draw(random));
  Weights weights;
  for (std::size_t i = windows.begin; i < windows.end; ++i) {
    const imf::TrainingWindow& window = example.list.windows[i];
    std::vector<imf::WordId> used;
    for (imf::WordId negative : negatives)
      if (sampler.settle(window.context, negative, random)) used.push_back(negative);
    for (std::uint32_t at = window.from; at < window.to; ++at) {
      const imf::WordId word = example.list.tokens[at];
      if (at == window.self || word == imf::removed_token) continue;
      const float* const input = example.vectors.words.row_data(word);
      const auto add = [&](imf::WordId context, double attraction, double weight) {
        auto& sums = weights[{input, example.vectors.contexts.row_data(context)}];
        sums.first += attraction;
        sums.second += weight;
      };
      add(window.context, 1.0, 1.0);
      for (const imf::WordId negative : used) add(negative, 0.0, static_cast<double>(draw.weight));
    }
  }
  return weights;
}

/// How often each output was drawn, whether it became a negative or not.
std::map<const float*, int> draws_in(const imf::WindowGroup& group) {
  const auto view = group.view();
  std::map<const float*, int> draws;
  for (const imf::DrawnNegative& drawn : group.negatives()) ++draws[view.outputs[drawn.output]];
  return draws;
}
std::map<const float*, int> obvious_draws(Example& example, const imf::NegativeSampler& sampler,
                                          imf::NegativeDraw draw, imf::RandomStream random) {
  std::map<const float*, int> draws;
  for (std::size_t i = 0; i < draw.count; ++i)
    ++draws[example.vectors.contexts.row_data(sampler.draw(random))];
  return draws;
}

}  // namespace

TEST_CASE("a group has the weights of its windows' pairs, for every rule, size and number") {
  for (const bool holes : {false, true}) {
    Example example = make_example(holes);
    for (const Collision rule : {Collision::keep, Collision::skip, Collision::redraw})
      for (const std::size_t together : {1U, 2U, 4U, 7U})
        for (const imf::NegativeDraw draw : {imf::NegativeDraw{1, 1.0F}, imf::NegativeDraw{5, 1.0F},
                                             imf::NegativeDraw{12, 0.75F}}) {
          const imf::NegativeSampler sampler(counts_of(example.corpus.vocabulary()),
                                             imf::SmoothedContexts{}, rule);
          imf::WindowGroup group(together, draw, rule, 20);
          CAPTURE(holes);
          CAPTURE(static_cast<int>(rule));
          CAPTURE(together);
          CAPTURE(draw.count);
          for (std::size_t i = 0; i < example.list.windows.size(); i += together) {
            const imf::IndexRange range{i, std::min(i + together, example.list.windows.size())};
            const imf::RandomStream random(4, imf::RandomPurpose::negatives, i);
            group.build(example.list, range, sampler, random, example.vectors, 0);
            REQUIRE(weights_in(group) == obvious_weights(example, range, sampler, draw, random));
            REQUIRE(draws_in(group) == obvious_draws(example, sampler, draw, random));
          }
        }
  }
}

TEST_CASE("outputs of a group are distinct rows, and what lies beside the weights is zero") {
  Example example = make_example(false);
  const imf::NegativeSampler sampler(counts_of(example.corpus.vocabulary()),
                                     imf::SmoothedContexts{}, Collision::keep);
  imf::WindowGroup group(4, {30, 1.0F}, Collision::keep, 20);
  for (std::size_t i = 0; i + 4 < example.list.windows.size(); i += 3) {
    group.build(example.list, {i, i + 4}, sampler,
                imf::RandomStream(4, imf::RandomPurpose::negatives, i), example.vectors,
                imf::no_self);
    const auto view = group.view();
    CHECK(view.columns == 24);
    CHECK(view.weight_stride == 48);
    for (std::size_t j = 0; j < view.output_count; ++j)
      for (std::size_t other = 0; other < j; ++other)
        REQUIRE(view.outputs[j] != view.outputs[other]);
    for (std::size_t t = 0; t < view.windows; ++t)
      for (std::size_t j = view.output_count; j < view.weight_stride; ++j) {
        REQUIRE(view.weight[t * view.weight_stride + j] == 0.0F);
        REQUIRE(view.attraction[t * view.weight_stride + j] == 0.0F);
      }
    float all = 0.0F;
    for (std::size_t input = 0; input < view.input_count; ++input) {
      float meetings = 0.0F;
      for (std::size_t t = 0; t < view.windows; ++t)
        meetings += view.membership[input * view.windows + t];
      REQUIRE(view.meetings[input] == meetings);
      all += meetings;
    }
    REQUIRE(view.all_meetings == all);
  }
}

TEST_CASE("what is expected of an output is its draws' weight by the sigma of its class") {
  Example example = make_example(false);
  std::vector<imf::Count> counts;
  for (std::size_t c = 0; c < example.corpus.vocabulary().size(); ++c)
    counts.push_back(imf::Count{1} << (c / 2));
  const imf::NegativeSampler sampler(counts, imf::EmpiricalContexts{}, Collision::skip);
  REQUIRE(sampler.class_of(0) > sampler.class_of(4));
  std::array<float, imf::NegativeSampler::class_count> sigmas;
  for (std::size_t c = 0; c < sigmas.size(); ++c) sigmas[c] = 1.0F + static_cast<float>(c);
  imf::WindowGroup group(2, {9, 0.5F}, Collision::skip, 20);
  for (std::size_t i = 0; i + 2 < example.list.windows.size(); i += 2) {
    group.build(example.list, {i, i + 2}, sampler,
                imf::RandomStream(4, imf::RandomPurpose::negatives, i), example.vectors, 0);
    group.expect(sigmas);
    const auto view = group.view();
    std::vector<float> expected(view.weight_stride, 0.0F);
    imf::RandomStream random(4, imf::RandomPurpose::negatives, i);
    for (int drawn = 0; drawn < 9; ++drawn) {
      const imf::WordId id = sampler.draw(random);
      for (std::size_t j = 0; j < view.output_count; ++j)
        if (view.outputs[j] == example.vectors.contexts.row_data(id))
          expected[j] += 0.5F * (1.0F + static_cast<float>(sampler.class_of(id)));
    }
    REQUIRE(std::vector<float>(view.expected, view.expected + view.weight_stride) == expected);
  }
}
