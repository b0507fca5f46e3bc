// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/delivery/destination.hpp"

#include <fmt/format.h>

#include "folder.hpp"
#include "letter_feed.hpp"
#include "reportctl/artifact/bucket.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::delivery {

namespace {

/// Whoever goes on later looks at the place first.
void pass_on_a_stop(const Error& error) {
  if (error.kind() == ErrorKind::interrupted) throw Error(error);
}

Outcome put_off(const Error& error) {
  pass_on_a_stop(error);
  return {OutcomeKind::deferred, visible(error.what()), error.kind() == ErrorKind::config ? "config" : "destination", 0, true};
}

Outcome exists(const Parcel& parcel) {
  return {OutcomeKind::refused, fmt::format("there is a file of the name {} already", parcel.path), "exists", 0, false};
}

Outcome stored(const Parcel& parcel, const std::string& place) {
  return {OutcomeKind::accepted, fmt::format("{} in {}", parcel.path, place), {}, 0, false};
}

/// It could not be looked at.
Outcome nobody_knows(const std::string& why) { return {OutcomeKind::unknown, why, "reply_lost", 0, false}; }

/// Programs that fetch files take them away, so that looking again would tell no more.
Outcome gone(const Parcel& parcel) {
  return {OutcomeKind::unknown, fmt::format("{} was about to get its name, and is not there: fetched, or lost", parcel.path),
          "gone", 0, false};
}

/// As stored(), of a file that an attempt before put there.
Outcome found(const Parcel& parcel, const std::string& place, const HandingOver& handing_over) {
  if (const std::string refusal = ask(handing_over); !refusal.empty()) return not_handed_over(refusal);
  return stored(parcel, place);
}

/// Written beside under a name of the delivery's, then renamed: what is beside tells, whatever answer was lost, that the file
/// does not have its name yet.
class FolderDestination final : public Destination {
 public:
  explicit FolderDestination(std::unique_ptr<Folder> folder) : folder_(std::move(folder)) {}

  Outcome send(const Parcel& parcel, const HandingOver& handing_over) override try {
    const std::string beside = beside_of(parcel);
    const bool unnamed = !parcel.in_doubt || folder_->has(beside);
    const bool there = folder_->has(parcel.path);
    if (!unnamed && there) return found(parcel, describe(), handing_over);
    if (!unnamed) return gone(parcel);
    if (there) {
      if (parcel.in_doubt) remove(beside);
      return exists(parcel);
    }
    write(beside, parcel);
    if (const std::string refusal = ask(handing_over); !refusal.empty()) {
      remove(beside);
      return not_handed_over(refusal);
    }
    return name(parcel, beside);
  } catch (const Error& error) {
    return put_off(error);
  }

  [[nodiscard]] std::string describe() const override { return folder_->describe(); }

  Outcome probe() override try {
    folder_->look();
    return {OutcomeKind::accepted, fmt::format("{} can be reached", describe()), {}, 0, false};
  } catch (const Error& error) {
    return put_off(error);
  }

 private:
  /// `in/.sales.csv.3f2a….part`
  static std::string beside_of(const Parcel& parcel) {
    const auto name = parcel.path.rfind('/') + 1;
    return fmt::format("{}.{}.{}{}", parcel.path.substr(0, name), parcel.path.substr(name), parcel.id, kBeside);
  }

  void write(const std::string& beside, const Parcel& parcel) {
    try {
      folder_->write(beside, parcel);
    } catch (const Error&) {
      remove(beside);
      throw;
    }
  }

  void remove(const std::string& beside) noexcept {
    try {
      folder_->remove(beside);
    } catch (const std::exception&) {
      // the error that led here is the one to tell, and the next attempt writes over it
    }
  }

  Outcome name(const Parcel& parcel, const std::string& beside) {
    std::string why;
    try {
      folder_->rename(beside, parcel.path);
      return stored(parcel, describe());
    } catch (const Error& error) {
      why = visible(error.what());
    }
    try {
      const bool unnamed = folder_->has(beside);
      const bool there = folder_->has(parcel.path);
      if (!unnamed) return there ? stored(parcel, describe()) : gone(parcel);
      remove(beside);
      return there ? exists(parcel) : Outcome{OutcomeKind::deferred, why, "destination", 0, true};
    } catch (const Error& error) {
      pass_on_a_stop(error);
      return nobody_knows(fmt::format("{}; then: {}", why, visible(error.what())));
    }
  }

  std::unique_ptr<Folder> folder_;
};

/// An object is there whole or not at all, and carries the id of its delivery.
class BucketDestination final : public Destination {
 public:
  explicit BucketDestination(std::unique_ptr<artifact::Bucket> bucket) : bucket_(std::move(bucket)) {}

  Outcome send(const Parcel& parcel, const HandingOver& handing_over) override try {
    if (const auto mark = bucket_->mark_of(parcel.path))
      return *mark == parcel.id ? found(parcel, describe(), handing_over) : exists(parcel);
    if (const std::string refusal = ask(handing_over); !refusal.empty()) return not_handed_over(refusal);
    return put(parcel);
  } catch (const Error& error) {
    return put_off(error);
  }

  [[nodiscard]] std::string describe() const override { return bucket_->place(); }

  Outcome probe() override try {
    bucket_->check();
    return {OutcomeKind::accepted, fmt::format("{} can be reached", describe()), {}, 0, false};
  } catch (const Error& error) {
    return put_off(error);
  }

 private:
  Outcome put(const Parcel& parcel) {
    Outcome trouble;
    try {
      bucket_->put({.name = parcel.path, .mark = parcel.id, .file = parcel.file, .size = parcel.size, .sha256 = parcel.sha256});
      return stored(parcel, describe());
    } catch (const Error& error) {
      trouble = put_off(error);
    }
    try {
      const auto mark = bucket_->mark_of(parcel.path);
      if (!mark) return trouble;
      return *mark == parcel.id ? stored(parcel, describe()) : exists(parcel);
    } catch (const Error& error) {
      pass_on_a_stop(error);
      return nobody_knows(fmt::format("{}; then: {}", trouble.answer, visible(error.what())));
    }
  }

  std::unique_ptr<artifact::Bucket> bucket_;
};

}  // namespace

bool stays_on_this_host(const DestinationSettings& settings) { return settings.url.starts_with("file:"); }

std::unique_ptr<Destination> open_destination(const DestinationSettings& settings) {
  if (settings.url.starts_with("file:")) return std::make_unique<FolderDestination>(make_file_folder(settings));
  if (settings.url.starts_with("sftp://")) return std::make_unique<FolderDestination>(make_sftp_folder(settings));
  if (settings.url.starts_with("s3://")) {
    auto s3 = settings.s3;
    s3.section = "destinations." + settings.name;
    return std::make_unique<BucketDestination>(artifact::open_bucket(settings.url, s3));
  }
  throw Error(ErrorKind::config, fmt::format("destinations.{}.url is not a place for files", settings.name),
              "write file:/PATH, sftp://USER@HOST/PATH or s3://BUCKET/PREFIX");
}

}  // namespace reportctl::delivery
