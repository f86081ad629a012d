using System.Diagnostics.CodeAnalysis;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Processes;

/// <summary>The user, group and supplementary groups in a service's configuration.</summary>
internal sealed record AccountKey(string? User, string? Group, ValueList<string>? Groups)
{
    public static AccountKey For(ProcessSpec process) => new(process.User, process.Group, process.Privileges.SupplementaryGroups);
}

/// <summary>
/// The accounts that services run as. A directory service may be slow (nsswitch.conf(5)), so other threads look accounts up, once
/// for each configuration. Only the loop's thread uses it.
/// </summary>
/// <param name="time">The clock of the lookups' deadlines. It may differ from the loop's clock: a lookup takes real time.</param>
internal sealed class Accounts(Mailbox mailbox, TimeProvider time) : IDeadlineOwner
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<AccountKey, AccountLookup> _entries = [];

    /// <summary>
    /// Lookups in the order of their deadlines. A <see cref="Timer"/> for each lookup would wake three threads at the deadline
    /// of a lookup that ended long before.
    /// </summary>
    private readonly Queue<(AccountLookup Lookup, TimeSpan Due)> _open = new();

    /// <summary>Must be called when the configuration is read again: users and groups may have changed.</summary>
    public void Forget() => _entries.Clear();

    /// <summary>Begins to look up the account of a process, unless that was done.</summary>
    /// <param name="retry">Called when the answer is there.</param>
    /// <returns>True if <see cref="TryFind"/> has an answer.</returns>
    public bool Prepare(ProcessSpec process, Action retry)
    {
        var key = AccountKey.For(process);
        if (!_entries.TryGetValue(key, out var entry))
        {
            _entries.Add(key, entry = new AccountLookup());
            _open.Enqueue((entry, Now() + Patience));
            _ = SlowCalls.Run(() => Search(key, entry)).ContinueWith(
                found => mailbox.Post(found.IsCompletedSuccessfully ? found.Result : NotAsked(entry)),
                TaskContinuationOptions.ExecuteSynchronously);
        }

        if (!entry.IsOpen) return true;
        entry.Retries.Add(retry);
        return false;
    }

    public bool TryFind(ProcessSpec process, [NotNullWhen(true)] out Account? account, [NotNullWhen(false)] out SpawnError? error)
    {
        var entry = _entries.GetValueOrDefault(AccountKey.For(process));
        account = entry?.Account;
        error = account is null ? new SpawnError(entry?.Problem ?? "user", "", Errno.None) : null;
        return account is not null;
    }

    /// <summary>
    /// Forgets a failed lookup after a start that needed it, so that the next start repeats it. A lookup in progress stays.
    /// </summary>
    public void ForgetFailure(ProcessSpec process)
    {
        var key = AccountKey.For(process);
        if (_entries.GetValueOrDefault(key) is { IsOpen: false, Account: null, IsLate: false }) _entries.Remove(key);
    }

    /// <summary>Takes the answer of a lookup.</summary>
    public static void Handle(ProcessMessage.AccountFound found)
    {
        var entry = found.Lookup;
        (entry.Account, entry.Problem, entry.IsOpen, entry.IsLate) = (found.Account, found.Problem, false, found.IsLate);
        foreach (var retry in entry.Retries) retry();
        entry.Retries.Clear();
    }

    public TimeSpan? NextWait(TimeSpan now)
    {
        while (_open.TryPeek(out var first) && !first.Lookup.IsOpen) _open.Dequeue();
        return _open.TryPeek(out var next) ? Waits.Until(next.Due, Now()) : null;
    }

    /// <summary>Answers the starts that wait for a late lookup. The lookup continues.</summary>
    public void HandleDue(TimeSpan now)
    {
        while (NextWait(now) == TimeSpan.Zero)
        {
            const string problem = "the user's account was not found in time";
            Handle(new ProcessMessage.AccountFound(_open.Dequeue().Lookup, Account: null, problem, IsLate: true));
        }
    }

    private TimeSpan Now() => time.GetElapsedTime(0);

    private static ProcessMessage.AccountFound NotAsked(AccountLookup entry) =>
        new(entry, Account: null, "there is no thread to look the user's account up", IsLate: false);

    private static ProcessMessage.AccountFound Search(AccountKey key, AccountLookup entry)
    {
        try
        {
            return new(entry, Resolve(key, out var problem), problem, IsLate: false);
        }
#pragma warning disable CA1031 // The starts wait for an answer, whatever the exception is.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return new(entry, Account: null, fault.Message, IsLate: false);
        }
    }

    private static Account? Resolve(AccountKey key, out string? problem)
    {
        var account = UserDatabase.Resolve(key.User, key.Group, out problem);
        return account is not null && key.Groups is { } groups ? UserDatabase.WithGroups(account, groups, out problem) : account;
    }
}
