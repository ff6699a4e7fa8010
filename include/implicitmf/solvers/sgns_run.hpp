// SPDX-License-Identifier: MIT
/// \file
/// detail::SGNSRun: one training of skip-gram, from vectors to vectors, by threads that race or go
/// in step.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/progress.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/counting/window.hpp>
#include <implicitmf/kernels/dot.hpp>
#include <implicitmf/kernels/sgns_group.hpp>
#include <implicitmf/kernels/simd.hpp>
#include <implicitmf/objectives/negative_sampler.hpp>
#include <implicitmf/solvers/factors.hpp>
#include <implicitmf/solvers/negative_baseline.hpp>
#include <implicitmf/solvers/rate_schedule.hpp>
#include <implicitmf/solvers/sgns_limits.hpp>
#include <implicitmf/solvers/sgns_member.hpp>
#include <implicitmf/solvers/sgns_options.hpp>
#include <implicitmf/solvers/sgns_step.hpp>
#include <implicitmf/solvers/stop_reason.hpp>
#include <implicitmf/solvers/training_windows.hpp>
#include <implicitmf/solvers/window_group.hpp>
#include <implicitmf/solvers/window_list.hpp>

namespace implicitmf {

namespace detail {

/// Tokens or pairs that one thread takes at a time: fewer where windows are so wide that a list of
/// them would be long.
[[nodiscard]] inline std::size_t stretch_units(const WindowTable& window) noexcept {
  constexpr std::size_t most_units = 1U << 13U;
  constexpr std::size_t most_pairs = 1U << 18U;
  const std::size_t width = window.before.size() + window.after.size();
  return std::clamp<std::size_t>(most_pairs / std::max<std::size_t>(1, width), 64, most_units);
}
/// Bytes of such a list, at most about.
[[nodiscard]] inline std::uint64_t window_list_bytes(const WindowTable& window,
                                                     bool by_pairs) noexcept {
  const std::uint64_t width = window.before.size() + window.after.size();
  const std::uint64_t windows = stretch_units(window) * (by_pairs ? width : 1 + width / 16);
  // With what a doubling buffer keeps, and the tokens around.
  return windows * 2 * (sizeof(TrainingWindow) + sizeof(std::uint32_t)) + 8 * width;
}

/// One training: the vectors, and the threads that work on them.
template <SGNSStep Step, WindowSource Source>
class SGNSRun {
 public:
  SGNSRun(const SGNSOptions& options, const Step& step, const Source& source,
          const NegativeSampler& sampler, NegativeSharing sharing, Factors start, ThreadTeam& team)
      : options_(options),
        source_(source),
        sampler_(sampler),
        own_negatives_(sharing.windows == 0),
        draw_(draw_of(options.negatives, sharing.drawn)),
        limits_(meeting_limits(options, sharing.windows, draw_, sampler.largest(),
                               source.may_repeat())),
        largest_sigma_(largest_sigma(options, sharing.windows, sampler.largest(), limits_)),
        stretch_units_(stretch_units(options.window)),
        team_(team),
        most_norm_(std::max(100.0F, 10.0F * largest_norm(start))),
        vectors_(options.deterministic ? std::move(start) : with_state(step, std::move(start))),
        steps_(member_count()) {
    if (options.deterministic)
      make_members(step);
    else
      for (std::size_t i = 0; i < team.size(); ++i)
        workers_.push_back(
            {{step.worker()}, {kernels::whole_columns(options.dimension), largest_sigma_}});
  }

  /// Trains all epochs. loss() is measured before and after each if it is there.
  template <class Loss>
  [[nodiscard]] SGNSResult run(const Loss& loss) {
    SGNSResult result;
    std::uint64_t pairs = 0;
    if (options_.held_out) last_loss_ = *(result.first_loss = loss(vectors_));
    for (std::size_t epoch = 0; epoch < options_.epochs && !stopped_; ++epoch) {
      const auto begin = std::chrono::steady_clock::now();
      windows_ = 0;
      pairs_ = 0;
      if (options_.deterministic)
        train_in_step(epoch);
      else
        train_racing(epoch);
      require_sane(epoch);
      if (stopped_) result.reason = StopReason::stopped;
      SGNSEpoch record{windows_, pairs_, seconds_since(begin), {}};
      if (options_.held_out) last_loss_ = *(record.loss = loss(vectors_));
      result.epochs.push_back(record);
      pairs += pairs_;
      report(epoch, source_.size());
    }
    if (pairs == 0 && !stopped_)
      throw InputError(
          "nothing to train on: no word has another in its window; sentences may have one word "
          "each, min_count or subsample leave out all others, or held_out takes the only sentence");
    if (result.epochs.size() < options_.epochs) result.reason = StopReason::stopped;
    result.factors = without_state();
    return result;
  }

 private:
  /// Apart from those of other threads: it notes with each group whether all was finite.
  struct alignas(buffer_alignment) Worker : decltype(std::declval<const Step&>().worker()) {
    NegativeBaseline means;
  };

  [[nodiscard]] static NegativeDraw draw_of(double negatives, double drawn) {
    const double count = std::ceil(drawn * negatives);
    return {static_cast<std::size_t>(count), static_cast<float>(negatives / count)};
  }
  [[nodiscard]] static double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  [[nodiscard]] std::size_t stretches() const noexcept {
    return (source_.size() + stretch_units_ - 1) / stretch_units_;
  }
  [[nodiscard]] IndexRange stretch(std::size_t i) const noexcept {
    return {i * stretch_units_, std::min((i + 1) * stretch_units_, source_.size())};
  }

  /// A function of the place alone, so that it does not depend on the threads.
  [[nodiscard]] double rate_at(std::size_t epoch, std::size_t unit) const noexcept {
    const double all = static_cast<double>(options_.epochs) * static_cast<double>(source_.size());
    const double done = static_cast<double>(epoch) * static_cast<double>(source_.size()) +
                        static_cast<double>(unit);
    return options_.learning_rate * rate_after(done / all, options_.schedule);
  }

  /// The negatives of a stretch, whoever draws them.
  [[nodiscard]] RandomStream negatives_of(std::size_t epoch, IndexRange range) const noexcept {
    return RandomStream(options_.seed, RandomPurpose::negatives, range.begin, epoch);
  }
  /// Those of a group whose windows begin at `window`, and draw fewer than 2^24 together.
  [[nodiscard]] static RandomStream negatives_at(const RandomStream& stretch,
                                                 std::size_t window) noexcept {
    return stretch.from(std::uint64_t{window} << 24U);
  }

  // ---- all threads on the same rows, whichever is free taking the next stretch

  void train_racing(std::size_t epoch) {
    std::vector<WindowList> lists(team_.size());
    std::vector<std::array<WindowGroup, 2>> groups;
    for (std::size_t i = 0; i < team_.size(); ++i) groups.push_back({make_group(), make_group()});
    std::atomic<std::size_t> done{0};
    team_.for_each_on_thread(stretches(), [&](std::size_t i, std::size_t thread) {
      if (stopped_ || diverged_) return;
      const IndexRange range = stretch(i);
      WindowList& list = lists[thread];
      fill(range, epoch, list);
      const auto rate = static_cast<float>(rate_at(epoch, range.begin));
      train_groups(list, epoch, range, rate, groups[thread], workers_[thread]);
      count(list);
      if (!workers_[thread].finite()) diverged_ = true;
      done += range.size();
      if (thread == 0 && done < source_.size()) report(epoch, done);
    });
  }

  void fill(IndexRange range, std::size_t epoch, WindowList& list) const {
    source_.fill(range, epoch, list);
    // Wider windows are cut.
    constexpr std::size_t most_tokens = 32;
    list.split(own_negatives_ ? 1
                              : static_cast<std::uint32_t>(std::min(limits_.tokens, most_tokens)));
    list.group(limits_);
    if (options_.deterministic) list.batch(limits_);
  }
  [[nodiscard]] WindowGroup make_group() const {
    return WindowGroup(limits_.windows, draw_, sampler_.collision(), options_.dimension);
  }
  void count(const WindowList& list) noexcept {
    windows_ += list.contexts;
    pairs_ += list.pairs;
  }

  /// Windows by groups that share negatives. The next group is built, and its rows are on their
  /// way, while one is trained.
  void train_groups(const WindowList& list, std::size_t epoch, IndexRange range, float rate,
                    std::array<WindowGroup, 2>& groups, Worker& worker) {
    const RandomStream negatives = negatives_of(epoch, range);
    const auto build = [&](std::size_t i, WindowGroup& group) {
      const IndexRange windows = list.group_windows(i);
      group.build(list, windows, sampler_, negatives_at(negatives, windows.begin), vectors_,
                  windows.begin == 0 ? 0 : list.windows[windows.begin - 1].to);
      group.fetch_outputs();
    };
    if (list.group_count() > 0) build(0, groups[0]);
    for (std::size_t i = 0; i < list.group_count(); ++i) {
      WindowGroup& group = groups[i % 2];
      WindowGroup* const next = i + 1 < list.group_count() ? &groups[(i + 1) % 2] : nullptr;
      if (next != nullptr) build(i + 1, *next);
      if (worker.means.wanted()) group.expect(worker.means.sigmas());
      const kernels::SGNSGroup view = group.view(worker.means.baseline());
      float* const g = group.coefficients().data();
      worker.dots(view, 0, view.columns, g);
      if (i % NegativeBaseline::every == 0) worker.means.follow(view, group.negatives(), g);
      worker.coefficients(view, rate, g);
      if (next != nullptr) next->fetch_inputs();
      worker.move(view, g, rate);
    }
  }

  // ---- all threads in step, each with columns of its own, by batches of groups whose coefficients
  // ---- are found from the same vectors

  using Member = SGNSMember<Step>;

  void train_in_step(std::size_t epoch) {
    constexpr std::size_t round = 8;  // stretches that are filled at once, whatever the threads
    std::vector<WindowList> lists(round);
    for (std::size_t first = 0; first < stretches() && !stopped_ && !diverged_; first += round) {
      const std::size_t filled = std::min(round, stretches() - first);
      team_.for_each(filled, [&](std::size_t i) { fill(stretch(first + i), epoch, lists[i]); });
      for_each_member([&](Member& member, std::size_t id) {
        try {
          for (std::size_t i = 0; i < filled; ++i)
            if (!train_batches(epoch, stretch(first + i), lists[i], member, id)) return;
        } catch (...) {
          failed_ = true;
          steps_.leave(id);  // the others must not wait
          throw;
        }
        if (!member.finite()) diverged_ = true;
      });
      for (std::size_t i = 0; i < filled; ++i) count(lists[i]);
      if (const std::size_t done = stretch(first + filled - 1).end; done < source_.size())
        report(epoch, done);
    }
    for_each_member([&](const Member& member, std::size_t) { member.give(vectors_); });
  }

  /// Returns false, having left off, where another thread failed.
  bool train_batches(std::size_t epoch, IndexRange range, const WindowList& list, Member& member,
                     std::size_t id) {
    const auto rate = static_cast<float>(rate_at(epoch, range.begin));
    const RandomStream negatives = negatives_of(epoch, range);
    const auto move_all_but = [&](std::size_t waiting) {
      while (member.added() - member.moved() > waiting) {
        steps_.wait_for_all(member.moved() + 1);
        if (failed_) return false;
        member.move(members_, rate);
      }
      return true;
    };
    for (std::size_t batch = 0; batch < list.batch_count(); ++batch) {
      if (list.batch_apart(batch) && !move_all_but(0)) return false;
      for (std::size_t other = 0; other < members_.size(); ++other)
        if (other != id && steps_.reached(other, member.moved() + 1))
          member.fetch_part(members_[other]);
      member.add_dots(list, list.batch_groups(batch), sampler_,
                      [&](std::size_t window) { return negatives_at(negatives, window); });
      steps_.add(id);
      if (!move_all_but(1)) return false;
    }
    return move_all_but(0);
  }

  [[nodiscard]] std::size_t member_count() const noexcept {
    return std::bit_floor(std::min(team_.size(), ColumnBlocks(options_.dimension).count()));
  }
  void make_members(const Step& step) {
    const std::size_t blocks = ColumnBlocks(options_.dimension).count();
    const std::size_t count = member_count();
    members_.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
      members_.emplace_back(step, options_.dimension, partition(blocks, count, i),
                            limits_.batch_groups(), limits_.windows, draw_, sampler_.collision(),
                            largest_sigma_);
    for_each_member([&](Member& member, std::size_t) { member.take(vectors_); });
  }
  /// On a thread each.
  template <class Work>
  void for_each_member(const Work& work) {
    team_.run([&](std::size_t thread) {
      if (thread < members_.size()) work(members_[thread], thread);
    });
  }

  void report(std::size_t epoch, std::size_t done) {
    if (!options_.progress || stopped_) return;
    const double share = static_cast<double>(done) / static_cast<double>(source_.size());
    const std::uint64_t whole = source_.total();
    const Progress progress{
        .stage = "training",
        .unit = source_.unit(),
        .done = epoch * whole + static_cast<std::uint64_t>(share * static_cast<double>(whole)),
        .total = options_.epochs * whole,
        .residual = 0.0,
        .rate = rate_at(epoch, done),
        .loss = last_loss_};
    if (options_.progress(progress) == ProgressAction::stop) stopped_ = true;
  }

  [[nodiscard]] float norm(const AlignedMatrix& matrix, std::size_t row) const noexcept {
    const float* const x = matrix.row_data(row);
    return std::sqrt(kernels::dot(x, x, options_.dimension));
  }
  [[nodiscard]] float largest_norm(const Factors& vectors) const noexcept {
    float largest = 0.0F;
    for (const AlignedMatrix* matrix : {&vectors.words, &vectors.contexts})
      for (std::size_t r = 0; r < matrix->rows(); ++r)
        largest = std::max(largest, norm(*matrix, r));
    return largest;
  }

  /// Norms of vectors that learn are about 10 at the most, as products approach PMI − log k; where
  /// the rate is too high, they run to thousands within an epoch, and not always to infinity.
  /// \throws NumericError naming the first row that is beyond all reason, where there is one
  void require_sane(std::size_t epoch) const {
    const auto fail = [&](const std::string& what) {
      throw NumericError("training diverged in epoch " + std::to_string(epoch + 1) +
                         " with learning rate " + std::to_string(options_.learning_rate) + ": " +
                         what + "; lower the learning rate");
    };
    for (const auto& [matrix, name] :
         {std::pair(&vectors_.words, "word"), std::pair(&vectors_.contexts, "context")})
      for (std::size_t r = 0; r < matrix->rows(); ++r)
        if (const float n = norm(*matrix, r); !(n <= most_norm_))
          fail("the vector of " + std::string(name) + " " + std::to_string(r) +
               (std::isfinite(n) ? " has grown to a norm of " + std::to_string(n)
                                 : " is not finite"));
    if (diverged_) fail("a product of vectors is not finite");
  }

  /// The vectors with room for the step's state behind each.
  [[nodiscard]] Factors with_state(const Step& step, Factors start) const {
    const std::size_t floats = step.row_floats(options_.dimension);
    if (floats == AlignedMatrix::padded(options_.dimension)) return start;
    return {with_columns(start.words, floats), with_columns(start.contexts, floats)};
  }
  [[nodiscard]] Factors without_state() {
    if (vectors_.words.cols() == options_.dimension) return std::move(vectors_);
    return {with_columns(vectors_.words, options_.dimension),
            with_columns(vectors_.contexts, options_.dimension)};
  }
  const SGNSOptions& options_;
  const Source& source_;
  const NegativeSampler& sampler_;
  bool own_negatives_;
  NegativeDraw draw_;
  MeetingLimits limits_;
  float largest_sigma_;
  std::size_t stretch_units_;
  ThreadTeam& team_;
  float most_norm_;
  Factors vectors_;
  std::vector<Worker> workers_;  // that race
  std::vector<Member> members_;  // that go in step
  StepCounts steps_;             // batches that members have added up
  std::atomic<std::uint64_t> windows_{0};
  std::atomic<std::uint64_t> pairs_{0};
  std::atomic<bool> stopped_{false};
  std::atomic<bool> diverged_{false};
  std::atomic<bool> failed_{false};
  double last_loss_ = 0.0;
};

}  // namespace detail

}  // namespace implicitmf
