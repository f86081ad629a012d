using System.Diagnostics.CodeAnalysis;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Processes;

/// <summary>User, group and supplementary groups, as a service names them.</summary>
internal sealed record AccountKey(string? User, string? Group, ValueList<string>? Groups)
{
    public static AccountKey For(ProcessSpec process) => new(process.User, process.Group, process.Privileges.SupplementaryGroups);
}

/// <summary>
/// The accounts that services run as. A directory service may take its time (nsswitch.conf(5)), so they are looked up beside the
/// loop, once for each configuration. Only the loop's thread uses it.
/// </summary>
internal sealed class Accounts(Mailbox mailbox, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<AccountKey, Entry> _entries = [];

    /// <summary>To be called when the configuration is read again: users and groups may be others by now.</summary>
    public void Forget() => _entries.Clear();

    /// <summary>Has the account of a process looked up, where that was not done.</summary>
    /// <param name="again">Called when the answer is there.</param>
    /// <returns>Whether <see cref="TryFind"/> has an answer.</returns>
    public bool Prepare(ProcessSpec process, Action again)
    {
        var key = AccountKey.For(process);
        if (!_entries.TryGetValue(key, out var entry))
        {
            _entries.Add(key, entry = new Entry());
            _ = PostAsync(key, entry);
        }

        if (!entry.IsOpen) return true;
        entry.Waiting.Add(again);
        return false;
    }

    public bool TryFind(ProcessSpec process, [NotNullWhen(true)] out Account? account, [NotNullWhen(false)] out SpawnError? error)
    {
        var entry = _entries.GetValueOrDefault(AccountKey.For(process));
        account = entry?.Account;
        error = account is null ? new SpawnError(entry?.Problem ?? "user", "", Errno.None) : null;
        return account is not null;
    }

    /// <summary>A start has failed for want of the account: the next one has it looked up again, if that is not still under way.</summary>
    public void Drop(ProcessSpec process)
    {
        var key = AccountKey.For(process);
        if (_entries.GetValueOrDefault(key) is { IsOpen: false, Account: null, IsLate: false }) _entries.Remove(key);
    }

    /// <summary>An answer has come.</summary>
    public static void Take(ProcessMessage.AccountFound found)
    {
        var entry = found.Entry;
        (entry.Account, entry.Problem, entry.IsOpen, entry.IsLate) = (found.Account, found.Problem, false, found.IsLate);
        foreach (var again in entry.Waiting) again();
        entry.Waiting.Clear();
    }

    private async Task PostAsync(AccountKey key, Entry entry)
    {
        var search = Task.Run(() => Search(key));
        try
        {
            await search.WaitAsync(Patience, time);
        }
        catch (TimeoutException)
        {
            mailbox.Post(new ProcessMessage.AccountFound(entry, Account: null, "the user's account was not found in time", IsLate: true));
        }

        var (account, problem) = await search;
        mailbox.Post(new ProcessMessage.AccountFound(entry, account, problem, IsLate: false));
    }

    private static (Account? Account, string? Problem) Search(AccountKey key)
    {
        try
        {
            return (Resolve(key, out var problem), problem);
        }
#pragma warning disable CA1031 // Whatever it was: the starts wait for the answer.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return (null, fault.Message);
        }
    }

    private static Account? Resolve(AccountKey key, out string? problem)
    {
        var account = UserDatabase.Resolve(key.User, key.Group, out problem);
        return account is not null && key.Groups is { } groups ? UserDatabase.WithGroups(account, groups, out problem) : account;
    }

    internal sealed class Entry
    {
        /// <summary>Whether it is still looked for.</summary>
        public bool IsOpen { get; set; } = true;

        /// <summary>The search takes too long, and goes on.</summary>
        public bool IsLate { get; set; }

        /// <summary>Null where it is not known.</summary>
        public Account? Account { get; set; }

        /// <summary>Why it is not, for the log.</summary>
        public string? Problem { get; set; }

        public List<Action> Waiting { get; } = [];
    }
}
