namespace Reuseportd.Observability.Events;

/// <summary>The kind of an event, with two names that never change: filters and catalogues depend on them.</summary>
/// <param name="Name">The field <c>REUSEPORT_EVENT</c>.</param>
/// <param name="MessageId">
/// The field <c>MESSAGE_ID</c>: 128 random bits, as journald's catalogue requires (sd-id128(3)).
/// </param>
internal sealed record EventKind(string Name, string MessageId)
{
    public static readonly EventKind Starting = new("starting", "df33a88703944676adb25450bd002235");
    public static readonly EventKind Started = new("started", "104ecb7028ad49718b0513e0f5f4051c");
    public static readonly EventKind Stopping = new("stopping", "36764114242347afae6de229691c8d83");
    public static readonly EventKind Stopped = new("stopped", "2806c752c95f478a8007644c2df189d3");
    public static readonly EventKind Replaced = new("replaced", "c5c3ad9f0d5c4f6fb0a59a2e81d47c52");
    public static readonly EventKind NotReplaced = new("not_replaced", "0f4d6a3b7ab64b0e9b4e6a1d6a0f8c93");
    public static readonly EventKind NotAdopted = new("not_adopted", "a2e0f5c4f0a94b1f9f0b7f3a6f4b8c17");
    public static readonly EventKind Keeps = new("keeps", "3c1c5f8e0a7d4f6b9b1f2f64d3a7e905");
    public static readonly EventKind Adopted = new("adopted", "7d1be40f6e964f0c8a37c0a6a9c3e21b");
    public static readonly EventKind HistoryLost = new("history_lost", "00d7cab0b0dd49e0b321ba840fb772e3");
    public static readonly EventKind Reload = new("reload", "8a826c532d144d629422d54e51ceb358");
    public static readonly EventKind ReloadFailed = new("reload_failed", "07d381d7409442378dddac4c883c4112");
    public static readonly EventKind Configuration = new("config", "df2dbd82b815488c80b1c688f3456552");
    public static readonly EventKind LogLost = new("log_lost", "beae4d09d6754259b0e7d1797804b4f5");
    public static readonly EventKind NotExported = new("not_exported", "5a1f6e0c8bd0447a9a1a0a4c5d7be2f3");
    public static readonly EventKind Exported = new("exported", "c26b7a915f0e4b5a8f6d2e4b1c9d8a07");
    public static readonly EventKind WorkerLabels = new("worker_labels", "3c63f26456e04f679ea5cd48c75022b1");
    public static readonly EventKind Guard = new("guard", "ccb8e945ef0843569ba1dbbbcb1b719e");
    public static readonly EventKind Trees = new("trees", "e90aad0175c349778f026959728f1f1d");
    public static readonly EventKind Fault = new("fault", "df449d26b1024253af88db7ab025ea0b");

    public static readonly EventKind HostDrain = new("host_drain", "581a201044264aa2ad50b5ff9135f48b");
    public static readonly EventKind HostDrained = new("host_drained", "2594c076c3df402191769a5136ff8987");
    public static readonly EventKind HostUndrain = new("host_undrain", "cd73db13d3344d789b036e07de3540e4");
    public static readonly EventKind NotListening = new("not_listening", "3c35efb31aa14a05bf63d0e6835f8ed3");
    public static readonly EventKind Certificate = new("certificate", "7d1b0c95a3e84f6db2f4608e5c1a92d7");
    public static readonly EventKind Token = new("token", "a66bf0b63b404a658be787c38c637430");
    public static readonly EventKind ServiceFailed = new("service_failed", "8081073f767944cf8df2f676154b2784");

    public static readonly EventKind Command = new("command", "c57eadffb7b341109fc541864f72d3fa");
    public static readonly EventKind Sent = new("signal", "a32e8c090a9d4ccea89bd22e4155df40");

    public static readonly EventKind Spawn = new("spawn", "5f0c84c6cdeb49a2be2894bf2e2c1273");
    public static readonly EventKind SpawnError = new("spawn_error", "13944b22fb4644b3994ffb4ccd99b9f0");
    public static readonly EventKind NoRoom = new("no_room", "9d3c2b1f64e84f0e8a57c1d26b9fe370");
    public static readonly EventKind Loaded = new("loaded", "52a2a2b23865471aaccb956a5376c68b");
    public static readonly EventKind NoPreload = new("no_preload", "67fef60fbe25479d88708ffad42aa74c");
    public static readonly EventKind Method = new("method", "6a4b1f0d7c2e4a35a8f05bd913c7e26b");
    public static readonly EventKind Cause = new("cause", "7bf3314969de4547b1fe51a2985f866a");
    public static readonly EventKind LibraryError = new("library_error", "318950e986f048c999ecb523efd1d5fa");
    public static readonly EventKind OutcomesLost = new("outcomes_lost", "61b177619c0443c8a35c4dc95292f123");
    public static readonly EventKind Bind = new("bind", "1b2be79069334d9bb30753af80815fc3");
    public static readonly EventKind Listen = new("listen", "0f99cce7574d482ba5d41f35e1387325");
    public static readonly EventKind Ready = new("ready", "798d541484a141ddb327e865820e9189");
    public static readonly EventKind ReadinessTimeout = new("readiness_timeout", "650187fa332246f5bfc3fdb1311633e9");
    public static readonly EventKind StartOrder = new("start_order", "300b92a23d0f489f988349aeacda6648");
    public static readonly EventKind ProbeFailed = new("probe_failed", "fab9a9e1b6e14e68861a1f3a65d2bc4f");
    public static readonly EventKind Unresponsive = new("unresponsive", "a781200f99fb4b4ea430c47fe63e6add");
    public static readonly EventKind Recycle = new("recycle", "b193d74ffa9a488aade9f15b094bc63d");
    public static readonly EventKind Exit = new("exit", "5ac800ca81b548dd8d2b5c0ea12f49c1");
    public static readonly EventKind Backoff = new("backoff", "370f2dde9ecd42e58d021db9726dad4f");
    public static readonly EventKind Failed = new("failed", "0856a7c04cdb4328bd54b81216970927");
    public static readonly EventKind Drain = new("drain", "b862aa2c591d4079a4c8235bd296bc28");
    public static readonly EventKind Drained = new("drained", "8ffb812d94784d8392c86e56ea1272d3");
    public static readonly EventKind Update = new("update", "f09eed0b42cd46099b59ef8454ee8ece");
    public static readonly EventKind UpdateFailed = new("update_failed", "c1fd1dff47e94fbaad29e3c4289bec95");
    public static readonly EventKind Steering = new("steering", "c7236de07c974296a3d9b9f393a23c75");
    public static readonly EventKind NotSteered = new("not_steered", "3a7929d9a2c8497288dc1aa281212c6e");
    public static readonly EventKind Stalled = new("stalled", "55c042fb41f6496786471abf5aa75b5f");
    public static readonly EventKind Awake = new("awake", "547524cda2c544578490fed522153872");
    public static readonly EventKind Stop = new("stop", "26c81ab7566941c7b2dc0d529997f357");
    public static readonly EventKind Kill = new("kill", "35f704bb58b642d2a6c19a3e8677b4e3");
    public static readonly EventKind KillFailed = new("kill_failed", "963b186bdc58463ea32e49598100cd2c");
    public static readonly EventKind OutputLost = new("output_lost", "585e286aeb7745a885081f56e6aa24ee");
    public static readonly EventKind OutputNotKept = new("output_not_kept", "b1d5b0a3f0a94a6c9a3d1c54e7f20c3d");
    public static readonly EventKind OutputStuck = new("output_stuck", "7c0a4f6e5b4d4c8f8f2e9d61a3b7c115");
    public static readonly EventKind FileFailed = new("file_failed", "533c026a72e34617be06843bfb324d97");
    public static readonly EventKind FileLost = new("file_lost", "1b2f1e688f9947c9be03bfc36ac513fa");
    public static readonly EventKind ReopenFailed = new("reopen_failed", "05ed2bdd3c9e429abff00593429b01d4");
    public static readonly EventKind Dropped = new("dropped", "71a406c436ea4671b8a491808402e1fa");
}
