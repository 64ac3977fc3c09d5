// graphile-worker composes a sentence for every job that succeeds, and reads this switch once, when it is loaded. At
// tens of thousands of jobs a second the sentences cost more than the jobs. Import this module before graphile-worker.
process.env.NO_LOG_SUCCESS ??= "1";
