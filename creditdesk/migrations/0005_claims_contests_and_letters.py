import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.append_only import forbid_changes


class Migration(migrations.Migration):

    dependencies = [
        ('creditdesk', '0004_simulations_and_drafts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('claimed_at', models.DateTimeField(auto_now_add=True)),
                ('released_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['claimed_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Contest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.TextField(max_length=4000, verbose_name="the client's words")),
                ('received_on', models.DateField(verbose_name='received on')),
                ('due_on', models.DateField(db_index=True, verbose_name='answer due by')),
                ('opened_at', models.DateTimeField(auto_now_add=True)),
                ('outcome', models.CharField(blank=True, choices=[('upheld', 'decision upheld'), ('changed', 'decision changed')], max_length=7)),
                ('grounds', models.TextField(blank=True, max_length=2000, verbose_name='grounds')),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['opened_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField(max_length=2000, verbose_name='why a manager should look')),
                ('escalated_at', models.DateTimeField(auto_now_add=True)),
                ('answer', models.TextField(blank=True, max_length=2000, verbose_name='answer')),
                ('answered_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['escalated_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('letter', 'letter'), ('explanation', 'explanation')], max_length=11, verbose_name='kind')),
                ('language', models.CharField(choices=[('fr', 'French'), ('en', 'English')], max_length=2, verbose_name='language')),
                ('template_version', models.CharField(max_length=12, verbose_name='version of the wording')),
                ('text', models.TextField(verbose_name='text')),
                ('digest', models.CharField(max_length=64, verbose_name='digest')),
                ('written_at', models.DateTimeField(auto_now_add=True, verbose_name='written')),
            ],
            options={
                'verbose_name': 'letter',
                'verbose_name_plural': 'letters',
                'ordering': ['written_at', 'pk'],
            },
        ),
        migrations.AlterModelOptions(
            name='case',
            options={'permissions': [('view_all_cases', "Can see every advisor's cases"), ('assess_case', 'Can have a case assessed by the model'), ('decide_case', 'Can decide a case'), ('check_decision', "Can check a colleague's decision"), ('claim_case', 'Can claim a case, and share it with the team'), ('release_claim', "Can release a colleague's claim"), ('escalate_case', 'Can pass a case on to a manager'), ('answer_escalation', 'Can answer an escalation'), ('contest_decision', 'Can record that a client contests a decision'), ('examine_contest', 'Can examine a contested decision'), ('write_letter', 'Can write a letter to a client'), ('export_cases', 'Can export case histories'), ('view_portfolio', 'Can read the portfolio page')], 'verbose_name': 'case', 'verbose_name_plural': 'cases'},
        ),
        migrations.RemoveConstraint(
            model_name='decision',
            name='check_matches_status',
        ),
        migrations.AddField(
            model_name='case',
            name='shared_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='shared with the team'),
        ),
        migrations.AddField(
            model_name='decision',
            name='replaces',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replacements', to='creditdesk.decision'),
        ),
        migrations.AlterField(
            model_name='decision',
            name='status',
            field=models.CharField(choices=[('final', 'final'), ('proposed', 'waiting for a second person'), ('rejected', 'rejected by the second person'), ('replaced', 'replaced after a contest')], max_length=8, verbose_name='status'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('shared_at__isnull', False)), fields=['shared_at'], name='case_shared'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'rejected'), _negated=True), fields=('replaces',), name='one_replacement'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('checked_by__isnull', True), ('status', 'proposed')), models.Q(('checked_by__isnull', False), ('status', 'rejected')), ('status__in', ['final', 'replaced']), _connector='OR'), name='check_matches_status'),
        ),
        migrations.AddField(
            model_name='claim',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='creditdesk.case'),
        ),
        migrations.AddField(
            model_name='claim',
            name='held_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='claim',
            name='released_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='contest',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contests', to='creditdesk.case'),
        ),
        migrations.AddField(
            model_name='contest',
            name='checked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='contest',
            name='decided_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='contest',
            name='decision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contests', to='creditdesk.decision'),
        ),
        migrations.AddField(
            model_name='contest',
            name='examiner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='contest',
            name='new_decision',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settled_contest', to='creditdesk.decision'),
        ),
        migrations.AddField(
            model_name='contest',
            name='opened_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='escalation',
            name='answered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='escalation',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='escalations', to='creditdesk.case'),
        ),
        migrations.AddField(
            model_name='escalation',
            name='escalated_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='letter',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='creditdesk.case'),
        ),
        migrations.AddField(
            model_name='letter',
            name='decision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='creditdesk.decision'),
        ),
        migrations.AddField(
            model_name='letter',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.UniqueConstraint(condition=models.Q(('released_at__isnull', True)), fields=('case',), name='one_claim_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('released_at__isnull', True), ('released_by__isnull', True)), models.Q(('released_at__isnull', False), ('released_by__isnull', False)), _connector='OR'), name='release_has_person'),
        ),
        migrations.AddConstraint(
            model_name='contest',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('case',), name='one_contest_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='contest',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='contest_has_words'),
        ),
        migrations.AddConstraint(
            model_name='contest',
            constraint=models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('received_on'))), name='contest_due_later'),
        ),
        migrations.AddConstraint(
            model_name='contest',
            constraint=models.CheckConstraint(condition=models.Q(('examiner__isnull', True), models.Q(models.Q(('examiner', models.F('decided_by')), _negated=True), models.Q(('checked_by__isnull', True), models.Q(('examiner', models.F('checked_by')), _negated=True), _connector='OR')), _connector='OR'), name='examiner_is_another'),
        ),
        migrations.AddConstraint(
            model_name='contest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('examiner__isnull', True), ('grounds', ''), ('outcome', '')), models.Q(('closed_at__isnull', False), ('examiner__isnull', False), models.Q(('outcome', ''), _negated=True), models.Q(('grounds', ''), _negated=True)), _connector='OR'), name='examination_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='contest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('new_decision__isnull', False), ('outcome', 'changed')), models.Q(models.Q(('outcome', 'changed'), _negated=True), ('new_decision__isnull', True)), _connector='OR'), name='changed_has_decision'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.UniqueConstraint(condition=models.Q(('answered_at__isnull', True)), fields=('case',), name='one_escalation_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='escalation_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='answer_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(('answered_by__isnull', True), models.Q(('answered_by', models.F('escalated_by')), _negated=True), _connector='OR'), name='answerer_is_another'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(fields=('decision', 'kind', 'language', 'template_version'), name='one_letter_a_version'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='letter_has_text'),
        ),
        forbid_changes("creditdesk_letter"),
        # Released, answered and closed by an update; nothing ever removes them.
        *(
            forbid_changes(f"creditdesk_{table}", verbs=["DELETE"])
            for table in ("claim", "escalation", "contest")
        ),
        # SQLite has just rebuilt the table of decisions, and so dropped its triggers.
        forbid_changes("creditdesk_decision", verbs=["DELETE"]),
    ]
